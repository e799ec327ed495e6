import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { type ChecksumName, checksumNames, checksumOf, fail, joinCrcs, type Transaction } from '../../kernel/index.ts';
import { eachPart } from './change-object.ts';
import type { Checksum, Part, Upload } from './collections.ts';
import { OWN_ALGORITHM, type OwnSums } from './mixed-parts.ts';
import { quoted } from './object-description.ts';
import { invalidRequest } from './refusals.ts';

type Input = CompleteMultipartUploadCommandInput;

const LEAST_BYTES = 5 * 2 ** 20;

/** The parts that the client lists, checked one by one. Throws InvalidPart, InvalidPartOrder, EntityTooSmall, InvalidRequest, BadDigest. */
export async function selectParts(tx: Transaction, upload: Upload, input: Input): Promise<readonly Part[]> {
  const listed = input.MultipartUpload?.Parts ?? [];
  if (listed.length === 0) throw invalidRequest('You must specify at least one part');
  if (listed.length > 10_000) throw fail('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  if (listed.some(({ PartNumber }, at) => at > 0 && (PartNumber ?? 0) <= (listed[at - 1]!.PartNumber ?? 0)))
    throw fail('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.', {
      fields: { UploadId: upload.upload },
    });
  const stored = new Map<number, Part>();
  for await (const part of eachPart(tx, upload.upload)) stored.set(part.number, part);
  return listed.map((one, at) =>
    checkPart(upload, one, { part: stored.get(one.PartNumber ?? 0), last: at === listed.length - 1 }),
  );
}

function checkPart(upload: Upload, one: CompletedPart, { part, last }: { part: Part | undefined; last: boolean }): Part {
  const etag = one.ETag?.replaceAll('"', '');
  if (!part || (etag !== undefined && etag !== part.etag)) throw invalidPart(upload, one);
  if (!last && part.size < LEAST_BYTES)
    throw fail('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      fields: { ProposedSize: part.size, MinSizeAllowed: LEAST_BYTES, PartNumber: part.number, ETag: quoted(part.etag) },
    });
  checkPartSum(upload, one, part);
  return part;
}

function checkPartSum(upload: Upload, one: CompletedPart, part: Part): void {
  const given = checksumNames.find((name) => one[`Checksum${name}`] !== undefined);
  const { algorithm } = upload;
  if (given === undefined) {
    if (algorithm === undefined || upload.checksumType === 'FULL_OBJECT') return;
    throw invalidRequest(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
  if (given !== part.checksum.algorithm) throw invalidPart(upload, one);
  if (one[`Checksum${given}`] !== part.checksum.value)
    throw fail('BadDigest', `The ${given.toLowerCase()} you specified for part ${part.number} did not match what we received.`);
}

function invalidPart(upload: Upload, one: CompletedPart) {
  return fail(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: upload.upload, PartNumber: one.PartNumber, ETag: one.ETag?.replaceAll('"', '') } },
  );
}

/** Size, ETag and checksum of the whole, out of those of its parts; checked against what the client expects. */
export function completeParts(upload: Upload, stored: readonly Part[], { input, sums }: { input: Input; sums: OwnSums }) {
  const chosen = upload.algorithm === undefined ? agreed(stored, sums) : stored;
  const md5s = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag, 'hex')));
  const checksum = wholeChecksum(upload, chosen);
  checkWhole(upload, checksum, input);
  return {
    size: chosen.reduce((sum, part) => sum + part.size, 0),
    etag: `${createHash('md5').update(md5s).digest('hex')}-${chosen.length}`,
    checksum,
  };
}

function wholeChecksum(upload: Upload, chosen: readonly Part[]): Checksum {
  const algorithm = upload.algorithm ?? sharedAlgorithm(chosen);
  const values = chosen.map(({ checksum, size }) => ({ value: Buffer.from(checksum.value, 'base64'), size }));
  if (upload.checksumType === 'FULL_OBJECT' && (algorithm === 'CRC32' || algorithm === 'CRC32C' || algorithm === 'CRC64NVME'))
    return { algorithm, value: joinCrcs(algorithm, values).toString('base64'), type: 'FULL_OBJECT' };
  const sum = checksumOf(algorithm, Buffer.concat(values.map(({ value }) => value)));
  return { algorithm, value: `${sum.toString('base64')}-${chosen.length}`, type: 'COMPOSITE' };
}

/** Parts that were summed differently, all by S3's own algorithm; where a part's own sum is not there, as they are. */
function agreed(chosen: readonly Part[], sums: OwnSums): readonly Part[] {
  if (new Set(chosen.map(({ checksum }) => checksum.algorithm)).size < 2) return chosen;
  return chosen.map((part) => {
    const value = sums.get(part.hash);
    return value === undefined ? part : { ...part, checksum: { ...part.checksum, algorithm: OWN_ALGORITHM, value } };
  });
}

/** An upload that named no algorithm takes what its parts agree on. */
function sharedAlgorithm(chosen: readonly Part[]): ChecksumName {
  const [first, ...others] = new Set(chosen.map(({ checksum }) => checksum.algorithm));
  if (others.length === 0) return first!;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${first!.toLowerCase()}, actual checksum Type: ${others[0]!.toLowerCase()}`,
  );
}

function checkWhole(upload: Upload, checksum: Checksum, input: Input): void {
  if (input.ChecksumType !== undefined && input.ChecksumType !== checksum.type)
    throw invalidRequest(
      `The upload was created using the ${upload.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  const given = checksumNames.find((name) => input[`Checksum${name}`] !== undefined);
  if (given === undefined) return;
  const expected = input[`Checksum${given}`]!;
  const bare = checksum.value.replace(/-\d+$/, '');
  if (given !== checksum.algorithm || (expected !== checksum.value && expected !== bare))
    throw fail('BadDigest', `The ${given.toLowerCase()} you specified did not match the calculated checksum.`);
}
