import type { DeletedObject, DeleteObjectsCommandInput, DeleteObjectsCommandOutput, ObjectIdentifier } from '@aws-sdk/client-s3';
import { type Failure, isFailure, type Transaction } from '../../kernel/index.ts';
import { checkKey, headerNotImplemented, type Operation } from '../../model/index.ts';
import { type Announcement, announcements } from './change-object.ts';
import type { Bucket } from './collections.ts';
import { checkVersion } from './current-object.ts';
import { deleteIn } from './delete-object.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { malformedXml, notImplemented } from './refusals.ts';

type Output = Omit<DeleteObjectsCommandOutput, '$metadata'>;

/** DeleteObjects: up to 1,000 keys in one transaction, a verdict for each; missing keys count as deleted (spec/backends.md §2.6). */
export function deleteObjects(deps: S3Deps): Operation<DeleteObjectsCommandInput, Output> {
  return async (input, context) => {
    if (input.MFA !== undefined) throw headerNotImplemented('x-amz-mfa');
    const wanted = input.Delete?.Objects ?? [];
    if (wanted.length === 0 || wanted.length > 1000) throw malformedXml();
    const changes = announcements(deps, context, wanted.length);
    return deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      const output = { Deleted: [] as DeletedObject[], Errors: [] as object[] };
      for (const [nth, one] of wanted.entries()) {
        const verdict = await deleteOne(tx, { bucket, one, change: changes[nth]! });
        if (isFailure(verdict))
          output.Errors.push({ Key: one.Key, VersionId: one.VersionId, Code: verdict.code, Message: verdict.message });
        else if (!input.Delete?.Quiet) output.Deleted.push(verdict);
      }
      return output;
    });
  };
}

interface Removal {
  readonly bucket: Bucket;
  readonly one: ObjectIdentifier;
  readonly change: Announcement;
}

/** Resolves to the caller's own fault, for the answer's list; anything else ends the transaction. */
async function deleteOne(tx: Transaction, { bucket, one, change }: Removal): Promise<DeletedObject | Failure> {
  const { Key: key = '', VersionId: version, ETag: ifMatch } = one;
  try {
    checkKey(key);
    checkVersion(version);
    if (one.LastModifiedTime !== undefined || one.Size !== undefined)
      throw notImplemented('LastModifiedTime or Size as a condition');
    const deleted = await deleteIn(tx, { bucket, key, version, ifMatch, change });
    const marker = deleted.DeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: deleted.VersionId } : {};
    return { Key: one.Key, VersionId: version, ...marker };
  } catch (error) {
    if (isFailure(error) && error.fault === 'caller') return error;
    throw error;
  }
}
