import type { NormalizedSchema } from '@smithy/core/schema';
import { isAscii, utf8 } from '../kernel/index.ts';
import { payload, wholeBody } from './body.ts';
import type { Codec } from './codecs.ts';
import type { Decoded, Match, WireRequest, WireResponse } from './contract.ts';
import type { Bound, Operation } from './operation.ts';
import { noTrailers } from './protocol.ts';
import { stateOf } from './request-state.ts';
import type { Scalars } from './scalars.ts';

/** What restJson1 and restXml differ in. */
export interface RestKind {
  readonly contentType: string;
  readonly codec: Codec;
  readonly scalars: Scalars;
  /** Begins every document. */
  readonly prologue: string;
  /** What stands for an output without members, `{}` or nothing. */
  readonly empty: string;
}

type Members = Record<string, unknown>;

/** Gathers an input's members from path, query, headers and body, as the operation binds them. */
export function decodeRest(kind: RestKind, request: WireRequest, match: Match, operation: Operation): Decoded | Promise<Decoded> {
  const input: Members = {};
  const state = stateOf(request);
  const bound = operation.in;
  for (const label of bound.label) {
    const text = state.labels?.[label.name];
    if (text !== undefined) input[label.name] = label.plain ? text : kind.scalars.read(label.schema, text);
  }
  if (state.rawQuery !== '') readQuery(kind, state.query, operation, input);
  for (const header of bound.header) {
    const text = request.headers[header.wire];
    if (text !== undefined)
      input[header.name] = header.plain ? utf8Header(text) : kind.scalars.readHeader(header, utf8Header(text));
  }
  for (const prefix of bound.prefix) readPrefix(prefix, request, input);
  return readBody(kind, request, { match, operation, input });
}

function readQuery(kind: RestKind, query: URLSearchParams, operation: Operation, input: Members): void {
  const { query: named, queryParams } = operation.in;
  for (const { name, schema, wire } of named) {
    if (!query.has(wire)) continue;
    const texts = query.getAll(wire);
    input[name] = schema.isListSchema()
      ? texts.map((text) => kind.scalars.read(schema.getValueSchema(), text))
      : kind.scalars.read(schema, texts[0]!);
  }
  for (const { name } of queryParams) {
    const taken = new Set([...named.map(({ wire }) => wire), ...operation.route!.literals.map(([literal]) => literal)]);
    const rest = [...query].filter(([key]) => !taken.has(key));
    input[name] = Object.fromEntries(rest.reverse());
  }
}

/** Header bytes are UTF-8 where that makes sense; node gives them as latin1. */
function utf8Header(text: string): string {
  if (isAscii(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
}

function readPrefix(prefix: Bound, { headers }: WireRequest, input: Members): void {
  const found: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name.startsWith(prefix.wire)) define(found, name.slice(prefix.wire.length), utf8Header(value));
  }
  if (Object.keys(found).length > 0) input[prefix.name] = found;
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

interface Decoding {
  readonly match: Match;
  readonly operation: Operation;
  readonly input: Members;
}

/** What was read already for the signature is taken at once; only a document or a body still to come is worth waiting for. */
function readBody(kind: RestKind, request: WireRequest, decoding: Decoding): Decoded | Promise<Decoded> {
  const { match, operation, input } = decoding;
  const bound = operation.in.payload;
  if (bound?.schema.isStreaming() && match.service === 's3') {
    const { stream, trailers } = payload(request, match);
    input[bound.name] = stream;
    unchunk(input);
    return { input, trailers };
  }
  if (!bound && !operation.in.body) return { input, trailers: noTrailers };
  const { bytes } = stateOf(request);
  if (bytes && takePlain(bound, bytes, input)) return { input, trailers: noTrailers };
  return readDocument(kind, request, decoding);
}

/** Whether a payload is text or bytes as it stands, and was taken. */
function takePlain(bound: Bound | undefined, bytes: Buffer, input: Members): boolean {
  if (bytes.length === 0) return true;
  if (bound?.schema.isBlobSchema()) input[bound.name] = bytes;
  else if (bound?.schema.isStringSchema()) input[bound.name] = utf8(bytes);
  else return false;
  return true;
}

async function readDocument(kind: RestKind, request: WireRequest, { match, operation, input }: Decoding): Promise<Decoded> {
  const bound = operation.in.payload;
  const bytes = await wholeBody(request, match);
  if (takePlain(bound, bytes, input)) return { input, trailers: noTrailers };
  if (bound) input[bound.name] = await kind.codec.read(bound.schema, bytes);
  else Object.assign(input, objectOnly(await kind.codec.read(operation.in.body!, bytes)));
  return { input, trailers: noTrailers };
}

function objectOnly(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** aws-chunked is framing, not the object's (spec/backends.md §2.4). */
function unchunk(input: Members): void {
  if (typeof input.ContentEncoding !== 'string') return;
  const codings = input.ContentEncoding.split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding.toLowerCase() !== 'aws-chunked' && coding !== '');
  if (kept.length === codings.length) return;
  if (kept.length > 0) input.ContentEncoding = kept.join(',');
  else delete input.ContentEncoding;
}

/** Spreads an output over status, headers and body. */
export function encodeRest(kind: RestKind, output: Members, operation: Operation): WireResponse {
  const bound = operation.out;
  const headers: Record<string, string> = {};
  for (const { name, schema, wire, plain } of bound.header) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    headers[wire] = latin1Header(plain ? String(value) : kind.scalars.write(schema, value));
  }
  for (const { name, wire } of bound.prefix) {
    for (const [key, value] of Object.entries((output[name] as Record<string, string> | undefined) ?? {}))
      headers[wire + key] = latin1Header(value);
  }
  const chosen = bound.status && output[bound.status.name];
  const status = typeof chosen === 'number' ? chosen : operation.route!.status;
  return { status, headers, body: writeBody(kind, output, operation, headers) };
}

/** A header's text as latin1, so that its bytes on the wire are UTF-8; line ends never get through. */
function latin1Header(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const clean = text.replace(/[\r\n\0]/g, ' ');
  return Buffer.from(clean, 'utf8').toString('latin1');
}

function writeBody(kind: RestKind, output: Members, operation: Operation, headers: Record<string, string>): WireResponse['body'] {
  const { payload: bound, body, status } = operation.out;
  if (bound) return writePayload(kind, bound, output[bound.name], headers);
  if (body) {
    headers['content-type'] ??= kind.contentType;
    return prefixed(kind, kind.codec.write(body, output));
  }
  if (kind.empty === '' || operation.route!.status === 204 || operation.output.isUnitSchema() || status) return undefined;
  headers['content-type'] ??= kind.contentType;
  return kind.empty;
}

function writePayload(kind: RestKind, bound: Bound, value: unknown, headers: Record<string, string>): WireResponse['body'] {
  if (value === undefined || value === null) return undefined;
  if (bound.schema.isStructSchema()) {
    headers['content-type'] ??= kind.contentType;
    return prefixed(kind, kind.codec.write(bound.schema, value));
  }
  headers['content-type'] ??= mediaType(bound.schema);
  return value instanceof String ? String(value) : (value as WireResponse['body']);
}

function mediaType(schema: NormalizedSchema): string {
  const named = schema.getMergedTraits().mediaType as string | undefined;
  return named ?? (schema.isStringSchema() ? 'text/plain' : 'application/octet-stream');
}

function prefixed(kind: RestKind, document: Uint8Array | string): Uint8Array | string {
  return kind.prologue === '' ? document : kind.prologue + (typeof document === 'string' ? document : utf8(document));
}
