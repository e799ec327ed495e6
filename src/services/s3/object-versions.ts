import type { Reader, Transaction } from '../../kernel/index.ts';
import { objectTopic } from '../../model/index.ts';
import { type Announcement, type Changed, dropContent } from './change-object.ts';
import { type Bucket, OLDEST, objects, type StoredObject, type StoredVersion, versions } from './collections.ts';

type ObjectName = Pick<StoredObject, 'bucket' | 'key'>;

/** A version, and the row that keeps it when it is not the latest object. */
export interface FoundVersion {
  /** Absent: a delete marker. */
  readonly object?: StoredObject;
  readonly row?: StoredVersion;
}

export const versionOf = (object: StoredObject): string => object.version ?? 'null';

/** A version by its id: the latest object with one read, others with two. */
export async function findVersion(from: Reader, { bucket, key }: ObjectName, id: string): Promise<FoundVersion | undefined> {
  const latest = await from.get(objects, [bucket, key]);
  if (latest && versionOf(latest) === id) return { object: latest };
  const { items } = await from.range(versions, { index: 'by-version', prefix: [bucket, key, id], limit: 1 });
  const [row] = items;
  return row && { row, ...(row.object ? { object: row.object } : {}) };
}

/** The newest of the versions that are not the latest object: a delete marker, if there is no such object. */
export async function newestVersion(from: Reader, { bucket, key }: ObjectName): Promise<StoredVersion | undefined> {
  return (await from.range(versions, { prefix: [bucket, key], limit: 1 })).items[0];
}

/** An object as it is now, wherever it went since it was read; undefined when it is gone. */
export async function sameVersion(from: Reader, object: StoredObject): Promise<FoundVersion | undefined> {
  const { bucket, key, version, order = OLDEST } = object;
  const latest = await from.get(objects, [bucket, key]);
  if (latest && latest.version === version && latest.order === object.order) return { object: latest };
  const row = await from.get(versions, [bucket, key, order]);
  return row?.object && { row, object: row.object };
}

/** Puts an object back where it was found. */
export async function saveObject(tx: Transaction, object: StoredObject, row: StoredVersion | undefined): Promise<void> {
  if (row) await tx.put(versions, { ...row, object });
  else await tx.put(objects, object);
}

/** A key of a bucket, its latest object, and the change that is to be made of it. */
export interface LatestChange {
  readonly bucket: Bucket;
  readonly key: string;
  readonly before: StoredObject | undefined;
  readonly change: Announcement;
}

/** Puts an object as the latest version of its key; without versioning in the place of what was there. Resolves to it with its version. */
export async function putLatest(tx: Transaction, object: StoredObject, latest: LatestChange): Promise<StoredObject> {
  const { bucket, before, change } = latest;
  if (!bucket.versioning) {
    if (before) await dropContent(tx, before);
    await tx.put(objects, object);
    return object;
  }
  await retire(tx, latest);
  const put = { ...object, ...(await newVersion(tx, bucket, change)) };
  await tx.put(objects, put);
  return put;
}

/**
 * Deletes a key: without versioning its object goes, and nothing is resolved to when there was none; else a delete marker becomes the latest
 * version. Resolves to what was deleted or to the marker, for the announcement.
 */
export async function deleteLatest(tx: Transaction, latest: LatestChange): Promise<Changed | undefined> {
  const { bucket, key, before, change } = latest;
  if (bucket.versioning) return putMarker(tx, latest);
  if (!before) return undefined;
  await dropContent(tx, before);
  await tx.delete(objects, [bucket.bucket, key]);
  return { ...before, modified: change.time };
}

async function putMarker(tx: Transaction, latest: LatestChange): Promise<Changed> {
  const { bucket, key, before, change } = latest;
  await retire(tx, latest);
  if (before) await tx.delete(objects, [bucket.bucket, key]);
  const named = await newVersion(tx, bucket, change);
  const marker = { bucket: bucket.bucket, key, owner: bucket.account, modified: change.time, ...named };
  await tx.put(versions, marker);
  return marker;
}

/** Removes one version for good; what was below it becomes the latest, if it was that itself. */
export async function removeVersion(tx: Transaction, name: ObjectName, { object, row }: FoundVersion): Promise<void> {
  const { bucket, key } = name;
  if (object) await dropContent(tx, object);
  if (row) await tx.delete(versions, [bucket, key, row.order]);
  else await tx.delete(objects, [bucket, key]);
  if (row && (await tx.get(objects, [bucket, key]))) return;
  const next = await newestVersion(tx, name);
  if (!next?.object) return;
  await tx.delete(versions, [bucket, key, next.order]);
  await tx.put(objects, next.object);
}

/** Makes room for a new latest version: the one that is there is kept as an older one, unless both are `null`. */
async function retire(tx: Transaction, { bucket, key, before, change }: LatestChange): Promise<void> {
  const keeps = before && (bucket.versioning === 'Enabled' || versionOf(before) !== 'null');
  if (before && keeps) {
    const { owner, modified, order = OLDEST } = before;
    const version = versionOf(before);
    await tx.put(versions, { bucket: bucket.bucket, key, order, version, owner, modified, retired: change.time, object: before });
  }
  if (bucket.versioning === 'Enabled') return;
  if (before && !keeps) await dropContent(tx, before);
  else await dropOlderNull(tx, { bucket: bucket.bucket, key });
}

async function dropOlderNull(tx: Transaction, name: ObjectName): Promise<void> {
  const { items } = await tx.range(versions, { index: 'by-version', prefix: [name.bucket, name.key, 'null'], limit: 1 });
  const [row] = items;
  if (row?.object) await dropContent(tx, row.object);
  if (row) await tx.delete(versions, [name.bucket, name.key, row.order]);
}

const FIRST = 2 ** 52;

/** Every version has an event of its own, so the topic's next position is one that no version has. */
async function newVersion(
  tx: Transaction,
  { versioning }: Bucket,
  { id }: Announcement,
): Promise<{ version: string; order: string }> {
  const { next } = await tx.bounds(objectTopic.name, 0);
  const order = (FIRST - next).toString(16).padStart(14, '0') + id.replaceAll('-', '').slice(0, 18);
  return { version: versioning === 'Enabled' ? order : 'null', order };
}
