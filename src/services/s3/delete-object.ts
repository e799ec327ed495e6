import type { DeleteObjectCommandInput } from '@aws-sdk/client-s3';
import { checkKey, headerNotImplemented, judgeWrite, type Operation } from '../../model/index.ts';
import { announce, announcement, removeObject } from './change-object.ts';
import { objects } from './collections.ts';
import { checkVersion } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseUnkept } from './refusals.ts';

/** DeleteObject: 204 whether there was one or not; the event only when there was (spec/backends.md §2.6). */
export function deleteObject(deps: S3Deps): Operation<DeleteObjectCommandInput> {
  return async (input, context) => {
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnkept(input as object);
    if (input.MFA !== undefined) throw headerNotImplemented('x-amz-mfa');
    checkVersion(input.VersionId, key);
    const change = announcement(deps, context);
    await deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      const object = await tx.get(objects, [bucket.bucket, key]);
      judgeWrite(object, { ifMatch: input.IfMatch }, key);
      if (!object) return;
      await removeObject(tx, object);
      await announce(tx, 'ObjectRemoved:Delete', object, change);
    });
    return {};
  };
}
