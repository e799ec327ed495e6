import { createHash, type Hash, hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { type Failure, fail } from '../kernel/index.ts';
import { EMPTY_HASH, type SigningKey, same, sign } from './signing-key.ts';

/** What the chunks of a signed aws-chunked body are checked with; the first chunk's signature follows the request's own. */
export interface ChunkSeal {
  readonly key: SigningKey;
  readonly date: string;
  readonly scope: string;
  readonly seed: string;
  /** Whether trailers are signed too. */
  readonly trailer: boolean;
}

const LONGEST_LINE = 8192;
const MOST_TRAILERS = 16;
const HEAD = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-fA-F]{64}))?(?:;[^\r\n]*)?$/;

type Step = 'head' | 'data' | 'end' | 'trailer' | 'done';

/**
 * Takes aws-chunked bytes and gives the payload (spec/backends.md §2.4):
 *   hex-size[;chunk-signature=64hex] CRLF bytes CRLF … 0[;…] CRLF [name:value CRLF …] [x-amz-trailer-signature:hex CRLF] [CRLF]
 * Checks every signature when it was given a seal. Fails with SignatureDoesNotMatch, IncompleteBody or InvalidChunkSizeError.
 */
export class ChunkedDecoder extends Transform {
  readonly trailers: Record<string, string> = {};
  readonly #seal: ChunkSeal | undefined;
  readonly #expected: number | undefined;
  #step: Step = 'head';
  #kept: Buffer = Buffer.alloc(0);
  #left = 0;
  #size = 0;
  #previous: string;
  #signature = '';
  #hash: Hash | undefined;
  #trailerText = '';
  #trailerSignature = '';

  /** expected: the decoded length that the client announced, if it did. */
  constructor(seal: ChunkSeal | undefined, expected: number | undefined) {
    super();
    this.#seal = seal;
    this.#expected = expected;
    this.#previous = seal?.seed ?? '';
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#kept = this.#kept.length > 0 ? Buffer.concat([this.#kept, chunk]) : chunk;
      while (this.#advance());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.#step !== 'trailer' && this.#step !== 'done') throw incomplete();
      if (this.#kept.length > 0) throw incomplete();
      if (this.#expected !== undefined && this.#size !== this.#expected) throw incomplete();
      this.#checkTrailer();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  /** Does one step; false when it needs more bytes. */
  #advance(): boolean {
    if (this.#step === 'data') return this.#data();
    if (this.#step === 'done') return this.#leftover();
    const line = this.#line();
    if (line === undefined) return false;
    if (this.#step === 'head') this.#head(line);
    else if (this.#step === 'trailer') this.#trailer(line);
    else {
      if (line !== '') throw malformed();
      this.#checkChunk();
      this.#step = 'head';
    }
    return true;
  }

  #line(): string | undefined {
    const end = this.#kept.indexOf('\r\n');
    if (end > LONGEST_LINE || (end < 0 && this.#kept.length > LONGEST_LINE)) throw malformed();
    if (end < 0) return undefined;
    const line = this.#kept.toString('latin1', 0, end);
    this.#kept = this.#kept.subarray(end + 2);
    return line;
  }

  #head(line: string): void {
    const parts = HEAD.exec(line);
    if (!parts) throw malformed();
    this.#left = Number.parseInt(parts[1]!, 16);
    this.#size += this.#left;
    if (this.#expected !== undefined && this.#size > this.#expected) throw incomplete();
    this.#signature = (parts[2] ?? '').toLowerCase();
    this.#hash = this.#seal && this.#left > 0 ? createHash('sha256') : undefined;
    if (this.#left > 0) this.#step = 'data';
    else {
      this.#checkChunk();
      this.#step = 'trailer';
    }
  }

  #data(): boolean {
    if (this.#kept.length === 0) return false;
    const part = this.#kept.subarray(0, this.#left);
    this.#kept = this.#kept.subarray(part.length);
    this.#left -= part.length;
    this.#hash?.update(part);
    this.push(part);
    if (this.#left === 0) this.#step = 'end';
    return true;
  }

  #trailer(line: string): void {
    if (line === '') {
      this.#step = 'done';
      return;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || Object.keys(this.trailers).length >= MOST_TRAILERS) throw malformed();
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') this.#trailerSignature = value.toLowerCase();
    else if (name === '__proto__') throw malformed();
    else {
      this.trailers[name] = value;
      this.#trailerText += `${name}:${value}\n`;
    }
  }

  #leftover(): boolean {
    // some clients end with one CRLF more
    if (this.#kept.length > 0 && this.#kept.toString('latin1') !== '\r\n' && this.#kept.toString('latin1') !== '\r')
      throw malformed();
    if (this.#kept.length === 2) this.#kept = this.#kept.subarray(2);
    return false;
  }

  #checkChunk(): void {
    const seal = this.#seal;
    if (!seal) return;
    const digest = this.#hash?.digest('hex') ?? EMPTY_HASH;
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${seal.date}\n${seal.scope}\n${this.#previous}\n${EMPTY_HASH}\n${digest}`;
    if (!same(sign(seal.key, text), this.#signature)) throw mismatch();
    this.#previous = this.#signature;
  }

  #checkTrailer(): void {
    const seal = this.#seal;
    if (!seal?.trailer) return;
    const digest = hash('sha256', Buffer.from(this.#trailerText, 'latin1'));
    const text = `AWS4-HMAC-SHA256-TRAILER\n${seal.date}\n${seal.scope}\n${this.#previous}\n${digest}`;
    if (!same(sign(seal.key, text), this.#trailerSignature)) throw mismatch();
  }
}

function mismatch(): Failure {
  return fail(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );
}

function incomplete(): Failure {
  return fail('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 });
}

function malformed(): Failure {
  return fail('InvalidRequest', 'The chunked encoding of the request body is not valid.', { status: 400 });
}
