import type { UploadPartCommandInput, UploadPartCommandOutput } from '@aws-sdk/client-s3';
import type { ChecksumName, Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Part, parts, type Upload } from './collections.ts';
import { currentUpload } from './current-upload.ts';
import type { S3Deps } from './deps.ts';
import { checksumMember, quoted } from './object-description.ts';
import { receiveContent } from './receive-content.ts';
import { invalidArgument, invalidRequest, refuseUnkept } from './refusals.ts';

type Output = Omit<UploadPartCommandOutput, '$metadata'>;

/** UploadPart: parts may come in any order, at once and again; the last one of a number counts. */
export function uploadPart(deps: S3Deps): Operation<UploadPartCommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const number = partNumber(input.PartNumber);
    const upload = await currentUpload(deps.store.read, input, context);
    const content = await receiveContent(deps.store.blobs, input, context, partAlgorithm(upload));
    const part = {
      upload: upload.upload,
      number,
      size: content.blob.size,
      etag: content.md5,
      hash: content.blob.hash,
      modified: deps.clock.now(),
      checksum: content.checksum,
    };
    checkAlgorithm(upload, part);
    await deps.store.transact(async (tx) => {
      await currentUpload(tx, input, context);
      await tx.addBlob(content.blob);
      await putPart(tx, part);
    });
    return { ETag: quoted(part.etag), ServerSideEncryption: 'AES256', ...checksumMember(part.checksum) };
  };
}

/** Throws InvalidArgument unless 1 to 10,000. */
export function partNumber(given: number | undefined): number {
  if (given === undefined || !Number.isInteger(given) || given < 1 || given > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', given);
  return given;
}

/** What to compute for a part whose client gave no checksum. */
export function partAlgorithm(upload: Upload): ChecksumName {
  return upload.algorithm ?? 'CRC64NVME';
}

/** Puts a part in the place of the one with its number. */
export async function putPart(tx: Transaction, part: Part): Promise<void> {
  const before = await tx.get(parts, [part.upload, part.number]);
  if (before) await tx.dropBlob(before.hash);
  await tx.put(parts, part);
}

/** With an upload that named its algorithm, parts must be summed by it. */
function checkAlgorithm(upload: Upload, part: Part): void {
  if (upload.algorithm === undefined || part.checksum.algorithm === upload.algorithm) return;
  const [expected, actual] = [upload.algorithm.toLowerCase(), part.checksum.algorithm.toLowerCase()];
  throw invalidRequest(`Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`);
}
