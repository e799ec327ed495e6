import type { UploadPartCopyCommandInput, UploadPartCopyCommandOutput } from '@aws-sdk/client-s3';
import { type ByteRange, judgeRead, type Operation, preconditionFailed } from '../../model/index.ts';
import type { StoredObject } from './collections.ts';
import { copyContent, takeContent } from './copy-content.ts';
import { parseCopySource } from './copy-source.ts';
import { currentObject } from './current-object.ts';
import { currentUpload } from './current-upload.ts';
import type { S3Deps } from './deps.ts';
import { checksumMember, quoted, wholeSeconds } from './object-description.ts';
import { MOST_BYTES } from './receive-content.ts';
import { invalidArgument, invalidRequest, refuseUnkept } from './refusals.ts';
import { partAlgorithm, partNumber, putPart } from './upload-part.ts';

type Output = Omit<UploadPartCopyCommandOutput, '$metadata'>;

/** UploadPartCopy: a part out of another object, or out of a range of it (spec/backends.md §2.6). */
export function uploadPartCopy(deps: S3Deps): Operation<UploadPartCopyCommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const number = partNumber(input.PartNumber);
    const upload = await currentUpload(deps.store.read, input, context);
    const named = { ...parseCopySource(input.CopySource ?? ''), ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
    const source = await currentObject(deps.store.read, named, context);
    checkSource(source, input);
    const range = sourceRange(input.CopySourceRange, source.size);
    const content = await copyContent(deps.store, source, { algorithm: partAlgorithm(upload), range });
    const { size, md5: etag, hash, checksum } = content;
    const part = { upload: upload.upload, number, size, etag, hash, modified: deps.clock.now(), checksum };
    await deps.store.transact(async (tx) => {
      await currentUpload(tx, input, context);
      await takeContent(tx, source, content);
      await putPart(tx, part);
    });
    return {
      CopyPartResult: { ETag: quoted(etag), LastModified: wholeSeconds(part.modified), ...checksumMember(checksum) },
      ServerSideEncryption: 'AES256',
    };
  };
}

function checkSource(source: StoredObject, input: UploadPartCopyCommandInput): void {
  const verdict = judgeRead(source, {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  if (verdict !== undefined) throw preconditionFailed(verdict === 'not-modified' ? 'x-amz-copy-source-If-None-Match' : verdict);
}

/** Both ends must be there and within the source. Throws InvalidArgument, InvalidRequest. */
function sourceRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header ?? '') ?? [];
  if (header !== undefined && (first === undefined || Number(first) > Number(last)))
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  const range = header === undefined ? undefined : { start: Number(first), end: Number(last) + 1 };
  if (range && range.end > size)
    throw invalidArgument(`Range specified is not valid for source object of size: ${size}`, 'x-amz-copy-source-range', header);
  if ((range ? range.end - range.start : size) > MOST_BYTES)
    throw invalidRequest(`The specified copy source is larger than the maximum allowable size for a copy source: ${MOST_BYTES}`);
  return range;
}
