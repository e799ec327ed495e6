import type { DeletedObject, DeleteObjectsCommandInput, DeleteObjectsCommandOutput, ObjectIdentifier } from '@aws-sdk/client-s3';
import { type Failure, isFailure, type Transaction } from '../../kernel/index.ts';
import { checkKey, headerNotImplemented, judgeWrite, type Operation } from '../../model/index.ts';
import { type Announcement, announce, announcement, removeObject } from './change-object.ts';
import { objects } from './collections.ts';
import { checkVersion } from './current-object.ts';
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
    const change = announcement(deps, context, wanted.length);
    return deps.store.transact(async (tx) => {
      const { bucket } = await ownedBucket(tx, input, context);
      const output = { Deleted: [] as DeletedObject[], Errors: [] as object[] };
      for (const [nth, one] of wanted.entries()) {
        const failure = await removeOne(tx, { bucket, one, change, nth });
        if (failure) output.Errors.push({ Key: one.Key, VersionId: one.VersionId, Code: failure.code, Message: failure.message });
        else if (!input.Delete?.Quiet) output.Deleted.push({ Key: one.Key, VersionId: one.VersionId });
      }
      return output;
    });
  };
}

interface Removal {
  readonly bucket: string;
  readonly one: ObjectIdentifier;
  readonly change: Announcement;
  readonly nth: number;
}

/** Resolves to the caller's own fault, for the answer's list; anything else ends the transaction. */
async function removeOne(tx: Transaction, { bucket, one, change, nth }: Removal): Promise<Failure | undefined> {
  try {
    const key = one.Key ?? '';
    checkKey(key);
    checkVersion(one.VersionId, key);
    if (one.LastModifiedTime !== undefined || one.Size !== undefined)
      throw notImplemented('LastModifiedTime or Size as a condition');
    const object = await tx.get(objects, [bucket, key]);
    judgeWrite(object, { ifMatch: one.ETag }, key);
    if (!object) return undefined;
    await removeObject(tx, object);
    await announce(tx, 'ObjectRemoved:Delete', object, change, nth);
    return undefined;
  } catch (error) {
    if (isFailure(error) && error.fault === 'caller') return error;
    throw error;
  }
}
