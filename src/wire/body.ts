import { pipeline, type Readable } from 'node:stream';
import { collect, fail } from '../kernel/index.ts';
import { ChunkedDecoder } from './chunked.ts';
import { isCompressed, uncompressed } from './compressed.ts';
import type { Match, WireRequest } from './contract.ts';
import { bodyLimit, formTooLarge, LARGEST_FORM, LARGEST_OBJECT, tooLarge } from './limits.ts';
import { operationOf } from './operation.ts';
import { type Expectations, entityTooLarge, expectations, expectsAnything, PayloadCheck, PayloadGate } from './payload-gate.ts';
import { stateOf } from './request-state.ts';

const NO_TRAILERS: Readonly<Record<string, string>> = Object.freeze({});

/** Payloads up to this size are read at once where the request can: the streams would cost more than all the rest (bench/services.ts). */
const SMALL = 64 * 1024;

export interface Payload {
  readonly stream: Readable | AsyncIterable<Buffer>;
  /** Names in lower case; empty until the stream has ended. */
  readonly trailers: () => Readonly<Record<string, string>>;
}

/** Reads a body whole, once, within its operation's limit. Of S3 the payload: without chunks, checked. */
export async function wholeBody(request: WireRequest, match: Match): Promise<Buffer> {
  const state = stateOf(request);
  if (state.bytes) return state.bytes;
  const limit = bodyLimit(match);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(match);
  const refuse = () => tooLarge(match);
  state.bytes = await (match.service === 's3'
    ? collect(payload(request, match).stream, limit, refuse)
    : gather(request, limit, refuse));
  return state.bytes;
}

/** Reads a query-protocol form, before the service is known. */
export async function formBody(request: WireRequest): Promise<URLSearchParams> {
  const state = stateOf(request);
  const refuse = () => formTooLarge(undefined, LARGEST_FORM);
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_FORM) throw refuse();
  state.bytes = await gather(request, LARGEST_FORM, refuse);
  const content = isCompressed(request) ? await uncompressed(state.bytes, LARGEST_FORM, refuse) : state.bytes;
  state.form = new URLSearchParams(content.toString('utf8'));
  return state.form;
}

function gather(request: WireRequest, limit: number, refuse: () => unknown): Promise<Buffer> {
  return request.whole ? request.whole(limit, refuse) : collect(request.body, limit, refuse);
}

/** Opens the payload of an S3 request: aws-chunked framing taken off, hash, checksums and length checked at its end. */
export function payload(request: WireRequest, match: Match): Payload {
  const { headers } = request;
  const state = stateOf(request);
  const chunked = isChunked(headers);
  const size = Number(headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'] ?? Number.NaN);
  if (size > LARGEST_OBJECT) throw entityTooLarge(size);
  const expected = promises(request, match, chunked ? undefined : state.payloadHash);
  if (request.whole && !chunked && size <= SMALL) return { stream: atOnce(request, expected, size), trailers: () => NO_TRAILERS };
  const decoder = chunked ? new ChunkedDecoder(state.seal, Number.isNaN(size) ? undefined : size) : undefined;
  const trailers = () => decoder?.trailers ?? NO_TRAILERS;
  const gate =
    expectsAnything(expected) || Number.isNaN(size) ? new PayloadGate(new PayloadCheck(expected, trailers)) : undefined;
  const done = () => {}; // a failure reaches the reader through the last stream
  if (decoder && gate) pipeline(request.body, decoder, gate, done);
  else if (decoder ?? gate) pipeline(request.body, (decoder ?? gate)!, done);
  return { stream: gate ?? decoder ?? request.body, trailers };
}

/** A payload of a known small size, read when somebody begins to. */
async function* atOnce(request: WireRequest, expected: Expectations, size: number): AsyncGenerator<Buffer> {
  const bytes = await request.whole!(size, () => entityTooLarge(size + 1));
  const check = expectsAnything(expected) ? new PayloadCheck(expected, () => NO_TRAILERS) : undefined;
  const failure = check?.take(bytes) ?? check?.verdict();
  if (failure) throw failure;
  yield bytes;
}

function isChunked(headers: WireRequest['headers']): boolean {
  const hash = headers['x-amz-content-sha256'];
  if (hash?.startsWith('STREAMING-')) return true;
  const encoded = headers['content-encoding']?.split(',').some((coding) => coding.trim().toLowerCase() === 'aws-chunked');
  return Boolean(encoded) && (hash === undefined || hash === 'UNSIGNED-PAYLOAD');
}

/** A checksum in CompleteMultipartUpload is the object's, not the body's. */
function promises(request: WireRequest, match: Match, hash: string | undefined): Expectations {
  if (match.operation === 'CompleteMultipartUpload') return { hash };
  const expected = expectations(request.headers, hash);
  const promised = expected.md5 ?? expected.sum ?? expected.trailing;
  if (promised === undefined && operationOf('s3', match.operation)?.checksumRequired) {
    throw fail('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*', { status: 400 });
  }
  return expected;
}
