import { fail, type Reader } from '../../kernel/index.ts';
import { checkKey, type OperationContext } from '../../model/index.ts';
import { buckets, objects, type StoredObject } from './collections.ts';
import { type BucketInput, checkOwner, ownedBucket } from './owned-bucket.ts';
import { invalidArgument, noSuchKey } from './refusals.ts';

export interface ObjectInput extends BucketInput {
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
}

/** Buckets here have no versions: every object is version `null`. Throws NoSuchVersion 404, InvalidArgument for malformed ids. */
export function checkVersion(versionId: string | undefined, key: string): void {
  if (versionId === undefined || versionId === 'null') return;
  if (!/^[A-Za-z0-9._-]{32}$/.test(versionId)) throw invalidArgument('Invalid version id specified', 'versionId', versionId);
  throw fail('NoSuchVersion', 'The specified version does not exist.', {
    status: 404,
    fields: { Key: key, VersionId: versionId },
  });
}

/** The object, with one read when it is there. Throws NoSuchBucket, NoSuchKey, NoSuchVersion (404), AccessDenied 403. */
export async function currentObject(from: Reader, input: ObjectInput, context: OperationContext): Promise<StoredObject> {
  const key = input.Key ?? '';
  checkKey(key);
  checkVersion(input.VersionId, key);
  const object = await from.get(objects, [input.Bucket ?? '', key]);
  if (!object) {
    await ownedBucket(from, input, context);
    throw noSuchKey(key);
  }
  const foreign = object.owner !== context.principal.account;
  const policed = foreign && (await from.get(buckets, [object.bucket]))?.policed;
  checkOwner(object.owner, input, context, policed);
  return object;
}
