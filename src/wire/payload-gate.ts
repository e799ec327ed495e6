import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import {
  type ChecksumName,
  checksumBytes,
  checksumNames,
  type Failure,
  fail,
  type RunningChecksum,
  runningChecksum,
} from '../kernel/index.ts';
import { LARGEST_OBJECT } from './limits.ts';

/** `x-amz-checksum-crc32` → CRC32; undefined for another header. */
function algorithmOfHeader(header: string): ChecksumName | undefined {
  return header.startsWith('x-amz-checksum-')
    ? checksumNames.find((name) => header === `x-amz-checksum-${name.toLowerCase()}`)
    : undefined;
}

function isUnknownSum(header: string): boolean {
  return /^x-amz-checksum-(?!algorithm$|mode$|type$)/.test(header) && !algorithmOfHeader(header);
}

export const UNSUPPORTED_SUM =
  'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]';

type Headers = Readonly<Record<string, string | undefined>>;

/** What a payload must turn out to be; sums come from headers, trailing ones from the trailers that are read behind the payload. */
export interface Expectations {
  /** Hex SHA-256 of the signature. */
  readonly hash?: string;
  /** Base64 of Content-MD5. */
  readonly md5?: string;
  readonly sum?: { readonly algorithm: ChecksumName; readonly value: string };
  readonly trailing?: ChecksumName;
}

/** Reads what the headers of an S3 request promise (spec/backends.md §2.3); throws InvalidDigest or InvalidRequest when they are malformed. */
export function expectations(headers: Headers, hash: string | undefined): Expectations {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && !isBase64(md5, 16))
    throw fail('InvalidDigest', 'The Content-MD5 you specified was invalid.', { status: 400 });
  const named = Object.keys(headers).filter((name) => algorithmOfHeader(name));
  if (Object.keys(headers).some(isUnknownSum)) throw fail('InvalidRequest', UNSUPPORTED_SUM, { status: 400 });
  const trailing = (headers['x-amz-trailer'] ?? '').split(',').map((name) => algorithmOfHeader(name.trim().toLowerCase()));
  const [trailer] = trailing.filter((algorithm) => algorithm !== undefined);
  if (named.length + (trailer ? 1 : 0) > 1) {
    throw fail('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.', {
      status: 400,
    });
  }
  const [name] = named;
  if (name === undefined) return { hash, md5, trailing: trailer };
  const algorithm = algorithmOfHeader(name)!;
  const value = headers[name]!;
  if (!isBase64(value, checksumBytes[algorithm])) throw invalidSum(name);
  return { hash, md5, sum: { algorithm, value } };
}

function isBase64(text: string, size: number): boolean {
  return text.length <= 64 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === size;
}

function invalidSum(name: string): Failure {
  return fail('InvalidRequest', `Value for ${name} header is invalid.`, { status: 400 });
}

/** Whether there is anything to watch. */
export function expectsAnything(expected: Expectations): boolean {
  return Object.values(expected).some((value) => value !== undefined);
}

/** Watches a payload go by, and says at its end (or beyond 5 GiB) whether it is what was promised. */
export class PayloadCheck {
  readonly #expected: Expectations;
  readonly #trailers: () => Readonly<Record<string, string>>;
  readonly #hash: Hash | undefined;
  readonly #md5: Hash | undefined;
  readonly #sum: RunningChecksum | undefined;
  #size = 0;

  constructor(expected: Expectations, trailers: () => Readonly<Record<string, string>>) {
    this.#expected = expected;
    this.#trailers = trailers;
    this.#hash = expected.hash === undefined ? undefined : createHash('sha256');
    this.#md5 = expected.md5 === undefined ? undefined : createHash('md5');
    const algorithm = expected.sum?.algorithm ?? expected.trailing;
    this.#sum = algorithm && runningChecksum(algorithm);
  }

  /** What is wrong already. */
  take(chunk: Buffer): Failure | undefined {
    this.#size += chunk.length;
    if (this.#size > LARGEST_OBJECT) return entityTooLarge(this.#size);
    this.#hash?.update(chunk);
    this.#md5?.update(chunk);
    this.#sum?.update(chunk);
    return undefined;
  }

  /** What is wrong with the whole. */
  verdict(): Failure | undefined {
    const { hash, md5, sum, trailing } = this.#expected;
    const digest = this.#hash?.digest('hex');
    if (digest !== hash) {
      const fields = { ClientComputedContentSHA256: hash, S3ComputedContentSHA256: digest };
      const text = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      return fail('XAmzContentSHA256Mismatch', text, { status: 400, fields });
    }
    const found = this.#md5?.digest('base64');
    if (found !== md5) {
      const fields = { ExpectedDigest: md5, CalculatedDigest: found };
      return fail('BadDigest', 'The Content-MD5 you specified did not match what we received.', { status: 400, fields });
    }
    const algorithm = sum?.algorithm ?? trailing;
    if (!algorithm) return undefined;
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const promised = sum?.value ?? this.#trailers()[name];
    if (promised === undefined)
      return fail(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
        { status: 400 },
      );
    if (!isBase64(promised, checksumBytes[algorithm])) return invalidSum(name);
    if (promised === this.#sum!.value().toString('base64')) return undefined;
    return fail('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, { status: 400 });
  }
}

/** Lets a payload through and fails where its check does. */
export class PayloadGate extends Transform {
  readonly #check: PayloadCheck;

  constructor(check: PayloadCheck) {
    super();
    this.#check = check;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const failure = this.#check.take(chunk);
    if (failure) done(failure);
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.#check.verdict() ?? null);
  }
}

export function entityTooLarge(size: number): Failure {
  const fields = { ProposedSize: size, MaxSizeAllowed: LARGEST_OBJECT };
  return fail('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', { status: 400, fields });
}
