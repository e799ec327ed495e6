import type { Reader } from '../../kernel/index.ts';
import { checkKey, type OperationContext } from '../../model/index.ts';
import { type Upload, uploads } from './collections.ts';
import { type BucketInput, ownedBucket } from './owned-bucket.ts';
import { noSuchUpload } from './refusals.ts';

export interface UploadInput extends BucketInput {
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

/** The upload that is under way. Throws NoSuchBucket, NoSuchUpload (404), AccessDenied 403. */
export async function currentUpload(from: Reader, input: UploadInput, context: OperationContext): Promise<Upload> {
  const { bucket } = await ownedBucket(from, input, context);
  const key = input.Key ?? '';
  checkKey(key);
  const upload = await from.get(uploads, [bucket, key, input.UploadId ?? '']);
  if (!upload) throw noSuchUpload(input.UploadId ?? '');
  return upload;
}
