import { fail, type Reader } from '../../kernel/index.ts';
import { checkKey, type OperationContext } from '../../model/index.ts';
import { buckets, objects, type StoredObject, type StoredVersion } from './collections.ts';
import { wholeSeconds } from './object-description.ts';
import { findVersion, newestVersion } from './object-versions.ts';
import { type BucketInput, checkOwner, ownedBucket } from './owned-bucket.ts';
import { invalidArgument, noSuchKey, noSuchVersion } from './refusals.ts';

export interface ObjectInput extends BucketInput {
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
}

/** Throws InvalidArgument for what cannot be the id of a version. */
export function checkVersion(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null' || /^[A-Za-z0-9._-]{32}$/.test(versionId)) return;
  throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}

export interface FoundObject {
  readonly object: StoredObject;
  /** Where it is kept, when it is not the latest version. */
  readonly row?: StoredVersion;
}

/**
 * The object, or the version that was asked for: one read for the latest version. Throws NoSuchBucket, NoSuchKey, NoSuchVersion (404),
 * MethodNotAllowed 405 for a delete marker by its id, AccessDenied 403.
 */
export async function foundObject(from: Reader, input: ObjectInput, context: OperationContext): Promise<FoundObject> {
  const { Bucket = '', Key: key = '', VersionId: id } = input;
  checkKey(key);
  checkVersion(id);
  const name = { bucket: Bucket, key };
  const latest = id === undefined ? await from.get(objects, [Bucket, key]) : undefined;
  const found = id === undefined ? latest && { object: latest } : await findVersion(from, name, id);
  const row = found && 'row' in found ? found.row : undefined;
  if (!found?.object) {
    const { versioning } = await ownedBucket(from, input, context);
    if (id !== undefined) throw row ? markerNotAllowed(row) : noSuchVersion(key, id);
    throw versioning ? keyMarked(key, await newestVersion(from, name)) : noSuchKey(key);
  }
  const { object } = found;
  const foreign = object.owner !== context.principal.account;
  const policed = foreign && (await from.get(buckets, [object.bucket]))?.policed;
  checkOwner(object.owner, input, context, policed);
  return row ? { object, row } : { object };
}

/** Likewise, for those who only read. */
export async function currentObject(from: Reader, input: ObjectInput, context: OperationContext): Promise<StoredObject> {
  return (await foundObject(from, input, context)).object;
}

function keyMarked(key: string, marker: StoredVersion | undefined) {
  if (!marker) return noSuchKey(key);
  return noSuchKey(key, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.version });
}

function markerNotAllowed({ version, modified }: StoredVersion) {
  return fail('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: {
      allow: 'DELETE',
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': version,
      'last-modified': wholeSeconds(modified).toUTCString(),
    },
  });
}
