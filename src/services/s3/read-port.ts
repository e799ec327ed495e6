import { fail, type Store } from '../../kernel/index.ts';
import type { CorsRule, FindBucketCors, ReadObject } from '../../model/index.ts';
import { buckets, objects, type StoredObject, settings } from './collections.ts';
import { checkVersion } from './current-object.ts';
import { readContent } from './object-content.ts';
import { findVersion, sameVersion, saveObject } from './object-versions.ts';
import { accessDenied, noSuchBucket, noSuchKey, noSuchVersion } from './refusals.ts';

const MOST_COMPOSED = 512 * 2 ** 20;

/** Fills the port: another service reads an object of its own account as one blob. */
export function objectReader(store: Store): ReadObject {
  return async (place, bucketName, key, versionId) => {
    const bucket = await store.read.get(buckets, [bucketName]);
    if (!bucket) throw noSuchBucket(bucketName);
    if (bucket.account !== place.account) throw accessDenied();
    checkVersion(versionId);
    const name = { bucket: bucketName, key };
    const object =
      versionId === undefined
        ? await store.read.get(objects, [bucketName, key])
        : (await findVersion(store.read, name, versionId))?.object;
    if (!object) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    return { hash: object.hash ?? (await compose(store, object)), size: object.size };
  };
}

/** Keeps the whole of a multipart object as one blob more, counted by the object's row. */
async function compose(store: Store, object: StoredObject): Promise<string> {
  if (object.size > MOST_COMPOSED)
    throw fail('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: object.size, MaxSizeAllowed: MOST_COMPOSED },
    });
  const blob = await store.blobs.stage(await readContent(store, object));
  return store.transact(async (tx) => {
    const { object: current, row } = (await sameVersion(tx, object)) ?? {};
    if (!current || current.upload !== object.upload) throw noSuchKey(object.key);
    if (current.hash !== undefined) return current.hash;
    await tx.addBlob(blob);
    await saveObject(tx, { ...current, hash: blob.hash }, row);
    return blob.hash;
  });
}

/** Fills the gateway's port for preflights and for the headers of actual answers. */
export function corsFinder(store: Store): FindBucketCors {
  return async (bucket) => {
    const setting = await store.read.get(settings, [bucket, 'cors']);
    if (setting) return setting.value as readonly CorsRule[];
    return (await store.read.get(buckets, [bucket])) ? [] : undefined;
  };
}
