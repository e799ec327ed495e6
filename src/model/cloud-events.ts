import { fail } from '../kernel/index.ts';

/** An event from outside, as it goes onto a bus. */
export interface OutsideEvent {
  /** Unique for its source; absent: every time another. */
  readonly id?: string;
  readonly source: string;
  readonly type: string;
  /** Epoch ms. */
  readonly time?: number;
  readonly subject?: string;
  /** A JSON object. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface OutsideRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** For plain JSON. */
  readonly query: { readonly id?: string; readonly source?: string; readonly type?: string };
  /** Parsed JSON, or bytes of any other content type. */
  readonly body: unknown;
}

/** CloudEvents attributes that have a place of their own on a bus. */
const PLACED = new Set(['specversion', 'id', 'source', 'type', 'time', 'subject', 'data', 'data_base64']);
const MOST_EVENTS = 100;
const LONGEST_NAME = 256;
/** The last moment that is written with four digits of a year. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Reads CloudEvents 1.0 in binary, structured and batched mode (CloudEvents HTTP protocol binding), or plain JSON, whose source and type are
 * query parameters. Extension attributes go to `cloudevent` in the detail. Throws InvalidRequest.
 */
export function readOutsideEvents({ headers, query, body }: OutsideRequest): readonly OutsideEvent[] {
  const type = headers['content-type'] ?? '';
  if (headers['ce-specversion'] !== undefined) return [binary(headers, type, body)];
  if (type.startsWith('application/cloudevents-batch')) return batch(body);
  if (type.startsWith('application/cloudevents') || isCloudEvent(body)) return [structured(body)];
  return [plain(query, headers, body)];
}

function binary(headers: OutsideRequest['headers'], type: string, body: unknown): OutsideEvent {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && value !== undefined) attributes[name.slice(3)] = decoded(value);
  const data = body instanceof Uint8Array ? Buffer.from(body).toString('base64') : body;
  const named = body instanceof Uint8Array ? { data_base64: data } : { data };
  return structured({ ...attributes, ...(type && { datacontenttype: type }), ...named });
}

function batch(body: unknown): OutsideEvent[] {
  if (!Array.isArray(body) || body.length > MOST_EVENTS) throw invalid(`a batch is an array of at most ${MOST_EVENTS} events`);
  return body.map(structured);
}

const JSON_TYPE = /^application\/json\b/;

function structured(body: unknown): OutsideEvent {
  if (!isObject(body)) throw invalid('a CloudEvent is a JSON object');
  if (body.specversion !== '1.0') throw invalid('specversion is 1.0');
  const extensions = Object.entries(body).filter(([name]) => !PLACED.has(name));
  const known = extensions.filter(
    ([name, value]) => name !== 'datacontenttype' || !(typeof value === 'string' && JSON_TYPE.test(value)),
  );
  const data = 'data_base64' in body ? { data_base64: body.data_base64 } : detailOf(body.data);
  const subject = body.subject === undefined ? undefined : named(body.subject, 'subject', 2048);
  return {
    id: named(body.id, 'id'),
    source: sourceOf(body.source),
    type: named(body.type, 'type', 128),
    ...(body.time === undefined ? {} : { time: timeOf(body.time) }),
    ...(subject === undefined ? {} : { subject }),
    detail: known.length === 0 ? data : { ...data, cloudevent: Object.fromEntries(known) },
  };
}

function plain(query: OutsideRequest['query'], headers: OutsideRequest['headers'], body: unknown): OutsideEvent {
  if (body instanceof Uint8Array) throw invalid('send JSON, or a CloudEvent in binary mode');
  const id = headers['idempotency-key'] ?? query.id;
  return {
    ...(id === undefined ? {} : { id: named(id, 'id') }),
    source: sourceOf(query.source ?? 'custom'),
    type: named(query.type ?? 'event', 'type', 128),
    detail: detailOf(body),
  };
}

/** A detail is an object: anything else stands under `data`. */
function detailOf(data: unknown): Record<string, unknown> {
  return isObject(data) ? data : { data: data ?? null };
}

function isCloudEvent(body: unknown): boolean {
  return isObject(body) && typeof body.specversion === 'string' && 'source' in body && 'type' in body && 'id' in body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function named(value: unknown, name: string, longest = LONGEST_NAME): string {
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
  throw invalid(`${name} is a text of 1 to ${longest} characters`);
}

/** As PutEvents: what begins with `aws.` comes from services alone. */
function sourceOf(value: unknown): string {
  const source = named(value, 'source');
  if (source.startsWith('aws.')) throw invalid('a source that begins with aws. is not for events from outside');
  return source;
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!(time >= 0 && time <= LATEST)) throw invalid('time is a timestamp of RFC 3339');
  return time;
}

/** Header values are percent-encoded where they are not plain ASCII. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid('a header is not percent-encoded UTF-8');
  }
}

const invalid = (text: string) => fail('InvalidRequest', text);
