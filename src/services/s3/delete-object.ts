import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Transaction } from '../../kernel/index.ts';
import { checkKey, headerNotImplemented, judgeWrite, type Operation } from '../../model/index.ts';
import { type Announcement, announce, announcement } from './change-object.ts';
import { type Bucket, objects } from './collections.ts';
import { checkVersion } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { deleteLatest, findVersion, removeVersion } from './object-versions.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseUnkept } from './refusals.ts';

type Output = Pick<DeleteObjectCommandOutput, 'DeleteMarker' | 'VersionId'>;

/**
 * DeleteObject: 204 whether there was one or not (spec/backends.md §2.6). In a bucket with versions a delete marker is made, and a version
 * that is named goes for good. The event only when something changed.
 */
export function deleteObject(deps: S3Deps): Operation<DeleteObjectCommandInput, Output> {
  return async (input, context) => {
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnkept(input as object);
    if (input.MFA !== undefined) throw headerNotImplemented('x-amz-mfa');
    checkVersion(input.VersionId);
    const change = announcement(deps, context);
    return deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      return deleteIn(tx, { bucket, key, version: input.VersionId, ifMatch: input.IfMatch, change });
    });
  };
}

export interface Deletion {
  readonly bucket: Bucket;
  readonly key: string;
  readonly version: string | undefined;
  readonly ifMatch: string | undefined;
  readonly change: Announcement;
}

/** Deletes one key or one version of it, and announces it. Throws PreconditionFailed 412, NoSuchKey 404. */
export async function deleteIn(tx: Transaction, deletion: Deletion): Promise<Output> {
  const { bucket, key, version, ifMatch, change } = deletion;
  if (version !== undefined) return deleteVersion(tx, deletion, version);
  const before = await tx.get(objects, [bucket.bucket, key]);
  judgeWrite(before, { ifMatch }, key);
  const deleted = await deleteLatest(tx, { bucket, key, before, change });
  if (!deleted) return {};
  await announce(tx, bucket.versioning ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete', deleted, change);
  return bucket.versioning ? { DeleteMarker: true, VersionId: deleted.version } : {};
}

/** A version that is not there is as good as deleted. */
async function deleteVersion(tx: Transaction, { bucket, key, ifMatch, change }: Deletion, version: string): Promise<Output> {
  const name = { bucket: bucket.bucket, key };
  const found = await findVersion(tx, name, version);
  judgeWrite(found?.object, { ifMatch }, key);
  const output = bucket.versioning ? { VersionId: version } : {};
  if (!found) return output;
  await removeVersion(tx, name, found);
  await announce(
    tx,
    'ObjectRemoved:Delete',
    { ...name, owner: bucket.account, ...(bucket.versioning ? { version } : {}) },
    change,
  );
  return found.object ? output : { ...output, DeleteMarker: true };
}
