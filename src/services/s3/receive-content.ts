import { createHash } from 'node:crypto';
import {
  type Blobs,
  type ChecksumName,
  checksumBytes,
  checksumNames,
  checksumOf,
  collect,
  fail,
  runningChecksum,
  type StagedBlob,
} from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import type { Checksum } from './collections.ts';
import { invalidRequest } from './refusals.ts';

/** 5 GiB: the most that one PUT, part or copy takes. */
export const MOST_BYTES = 5 * 2 ** 30;
const SMALL = 64 * 1024;

/** Members with which a client says what it sends. */
export interface ContentInput {
  readonly Body?: unknown;
  readonly ContentLength?: number;
  readonly ContentMD5?: string;
  readonly ChecksumAlgorithm?: string;
  readonly ChecksumCRC32?: string;
  readonly ChecksumCRC32C?: string;
  readonly ChecksumCRC64NVME?: string;
  readonly ChecksumSHA1?: string;
  readonly ChecksumSHA256?: string;
}

/** Content that was received, hashed, checked against what the client said, and staged in the store. */
export interface Received {
  readonly blob: StagedBlob;
  /** MD5 in hex. */
  readonly md5: string;
  readonly checksum: Checksum;
}

/**
 * Receives a body: up to 64 KB in memory, more as a stream; hashes in the same pass. Without a checksum of the client's it computes
 * fallback. Throws BadDigest, InvalidDigest, InvalidRequest, EntityTooLarge, IncompleteBody (spec/backends.md §2.2, §2.3).
 */
export async function receiveContent(
  blobs: Blobs,
  input: ContentInput,
  context: OperationContext,
  fallback: ChecksumName = 'CRC64NVME',
): Promise<Received> {
  const claim = claimedChecksum(input, context);
  const expectedMd5 = claimedMd5(input.ContentMD5);
  const length = declaredLength(input, context);
  if (length !== undefined && length > MOST_BYTES) throw tooLarge(length);
  const content = await hashedContent(blobs, bodyOf(input.Body), claim?.algorithm ?? fallback, length);
  if (length !== undefined && content.blob.size !== length)
    throw fail('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');
  if (expectedMd5 !== undefined && expectedMd5 !== content.md5)
    throw fail('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      fields: { ExpectedDigest: expectedMd5, CalculatedDigest: content.md5 },
    });
  const sent = claim?.value ?? (claim?.trailer === undefined ? undefined : context.trailers()[claim.trailer]);
  if (claim && sent === undefined) throw invalidRequest(`Value for ${claim.trailer} trailing header is invalid.`);
  if (claim && sent !== undefined) checkSent(claim.algorithm, sent, content.checksum.value, claim.trailer);
  return content;
}

interface Claim {
  readonly algorithm: ChecksumName;
  readonly value?: string;
  /** Name of the trailer that will bring the value. */
  readonly trailer?: string;
}

function claimedChecksum(input: ContentInput, context: OperationContext): Claim | undefined {
  const sent = checksumNames.filter((name) => input[`Checksum${name}`] !== undefined);
  const trailer = context.headers['x-amz-trailer']?.trim().toLowerCase();
  if (sent.length > 1 || (sent.length === 1 && trailer?.startsWith('x-amz-checksum-')))
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const [algorithm] = sent;
  if (algorithm) {
    const value = input[`Checksum${algorithm}`]!;
    checkForm(algorithm, value);
    return { algorithm, value };
  }
  if (trailer?.startsWith('x-amz-checksum-'))
    return { algorithm: checksumName(trailer.slice('x-amz-checksum-'.length)), trailer };
  if (context.headers['x-amz-sdk-checksum-algorithm'] === undefined) return undefined;
  checksumName(context.headers['x-amz-sdk-checksum-algorithm']);
  throw invalidRequest(
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

/** Throws InvalidRequest for a name that is none of the five. */
export function checksumName(text: string): ChecksumName {
  const name = checksumNames.find((known) => known === text.toUpperCase());
  if (!name)
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  return name;
}

function checkForm(algorithm: ChecksumName, value: string): void {
  if (Buffer.from(value, 'base64').length !== checksumBytes[algorithm] || !/^[A-Za-z0-9+/]+={0,2}$/.test(value))
    throw invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
}

function checkSent(algorithm: ChecksumName, sent: string, calculated: string, trailer: string | undefined): void {
  if (trailer !== undefined && Buffer.from(sent, 'base64').length !== checksumBytes[algorithm])
    throw invalidRequest(`Value for ${trailer} trailing header is invalid.`);
  if (sent !== calculated) throw fail('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

function claimedMd5(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'base64');
  if (bytes.length !== 16) throw fail('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  return bytes.toString('hex');
}

function declaredLength(input: ContentInput, context: OperationContext): number | undefined {
  const decoded = context.headers['x-amz-decoded-content-length'];
  if (decoded !== undefined && /^\d{1,15}$/.test(decoded)) return Number(decoded);
  if (context.headers['x-amz-content-sha256']?.startsWith('STREAMING-')) return undefined;
  return input.ContentLength;
}

function tooLarge(size: number) {
  return fail('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    fields: { ProposedSize: size, MaxSizeAllowed: MOST_BYTES },
  });
}

function bodyOf(body: unknown): Uint8Array | AsyncIterable<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array(0);
  if (typeof body === 'string') return Buffer.from(body);
  return body as Uint8Array | AsyncIterable<Uint8Array>;
}

/** Stages content and hashes it on the way: MD5, SHA-256 (the blob's name) and one checksum. length, when known, decides how. */
export async function hashedContent(
  blobs: Blobs,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  algorithm: ChecksumName,
  length?: number,
): Promise<Received> {
  const small = body instanceof Uint8Array || (length !== undefined && length <= SMALL);
  if (small) {
    const bytes = body instanceof Uint8Array ? body : await collect(body, SMALL, () => tooLarge(SMALL + 1));
    const blob = await blobs.stage(bytes);
    const value = algorithm === 'SHA256' ? Buffer.from(blob.hash, 'hex') : checksumOf(algorithm, bytes);
    return { blob, md5: createHash('md5').update(bytes).digest('hex'), checksum: full(algorithm, value) };
  }
  const md5 = createHash('md5');
  const running = algorithm === 'SHA256' ? undefined : runningChecksum(algorithm);
  let size = 0;
  const hashing = async function* () {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MOST_BYTES) throw tooLarge(size);
      md5.update(chunk);
      running?.update(chunk);
      yield chunk;
    }
  };
  const blob = await blobs.stage(hashing());
  return { blob, md5: md5.digest('hex'), checksum: full(algorithm, running?.value() ?? Buffer.from(blob.hash, 'hex')) };
}

function full(algorithm: ChecksumName, value: Buffer): Checksum {
  return { algorithm, value: value.toString('base64'), type: 'FULL_OBJECT' };
}
