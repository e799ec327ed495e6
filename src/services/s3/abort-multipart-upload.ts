import type { AbortMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import { dropParts } from './change-object.ts';
import { uploads } from './collections.ts';
import { currentUpload } from './current-upload.ts';
import type { S3Deps } from './deps.ts';
import { refuseUnkept } from './refusals.ts';

/** AbortMultipartUpload: the parts go. Throws NoSuchUpload 404. */
export function abortMultipartUpload(deps: S3Deps): Operation<AbortMultipartUploadCommandInput> {
  return async (input, context) => {
    refuseUnkept(input as object);
    await deps.store.transact(async (tx) => {
      const { bucket, key, upload } = await currentUpload(tx, input, context);
      await dropParts(tx, upload);
      await tx.delete(uploads, [bucket, key, upload]);
    });
    return {};
  };
}
