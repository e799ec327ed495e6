import { isUtf8 } from 'node:buffer';
import { type AdapterSettings, inRanges, printable } from './http-adapter.ts';

/** Which event a request was made of, and so what the answer looks like; alb-lists: with multiValueHeaders. */
export type EventShape = 'v2' | 'v1' | 'alb' | 'alb-lists' | 'event';

/** One invocation as an HTTP request. */
export interface AdapterRequest {
  readonly shape: EventShape;
  readonly method: string;
  /** Path and query, printable. */
  readonly target: string;
  /** Lower case; values can be sent as they are. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

type Json = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Objects are none: JSON of strangers can make one that String() breaks with. */
const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).filter(isScalar).map(String);
const textOr = (value: unknown, otherwise: string): string => (isScalar(value) ? String(value) : otherwise);

/**
 * An event of a function URL, an HTTP API (payload 2.0 and 1.0) or a load balancer becomes the request that it tells of; any other event is
 * posted as it is. context is told in `x-amzn-lambda-context`, and the event's requestContext in `x-amzn-request-context`.
 */
export function adapterRequest(payload: Uint8Array, context: Json, settings: AdapterSettings): AdapterRequest {
  const event = parsed(payload);
  const lambda = { 'x-amzn-lambda-context': ascii(context) };
  const shape = shapeOf(event);
  if (shape === 'event' || !isObject(event)) {
    const headers = { 'content-type': 'application/json', ...lambda };
    return { shape: 'event', method: 'POST', target: settings.passThroughPath, headers, body: Buffer.from(payload) };
  }
  const request = event.requestContext as Json;
  const headers: Record<string, string | readonly string[]> = shape === 'v2' ? headersOfV2(event) : headersOfV1(event);
  const source = settings.authorizationSource;
  if (source !== undefined && headers[source] !== undefined) headers.authorization = headers[source];
  const method = shape === 'v2' ? (request.http as Json).method : event.httpMethod;
  const path = withoutBase(textOr(shape === 'v2' ? event.rawPath : event.path, '/'), settings.basePath);
  const query = shape === 'v2' ? textOr(event.rawQueryString, '') : queryOfV1(event, shape === 'v1');
  return {
    shape,
    method: /^[A-Z]{1,20}$/.test(String(method)) && method !== 'CONNECT' ? String(method) : 'GET',
    target: printable(query === '' ? path : `${path}?${query}`),
    headers: { ...headers, 'x-amzn-request-context': ascii(request), ...lambda },
    body: Buffer.from(typeof event.body === 'string' ? event.body : '', event.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

function shapeOf(event: unknown): EventShape {
  if (!isObject(event) || !isObject(event.requestContext)) return 'event';
  const { http, elb } = event.requestContext;
  if (event.version === '2.0' && isObject(http) && typeof http.method === 'string') return 'v2';
  if (typeof event.httpMethod !== 'string' || typeof event.path !== 'string') return 'event';
  if (!isObject(elb)) return 'v1';
  return isObject(event.multiValueHeaders) ? 'alb-lists' : 'alb';
}

/** Belong to a connection, or are made anew with the body. */
const OWN = new Set(
  'connection keep-alive proxy-connection transfer-encoding te trailer upgrade expect content-length http2-settings'.split(' '),
);
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]{1,256}$/;

function headersFrom(given: unknown): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(isObject(given) ? given : {})) {
    const lower = name.toLowerCase();
    const values = texts(value).map(sendable);
    if (OWN.has(lower) || !TOKEN.test(lower) || values.length === 0) continue;
    headers[lower] = values.length === 1 ? values[0]! : values;
  }
  return headers;
}

/** Bytes of UTF-8, each as one character, without what would end a line. */
function sendable(value: string): string {
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[\0-\x08\x0a-\x1f\x7f]/g, ' ');
}

function headersOfV2(event: Json): Record<string, string | readonly string[]> {
  const headers = headersFrom(event.headers);
  const cookies = event.cookies === undefined ? [] : texts(event.cookies);
  return cookies.length === 0 ? headers : { ...headers, cookie: sendable(cookies.join('; ')) };
}

function headersOfV1(event: Json): Record<string, string | readonly string[]> {
  return { ...headersFrom(event.headers), ...headersFrom(event.multiValueHeaders) };
}

/** API Gateway tells parameters decoded, a load balancer as they were sent. */
function queryOfV1(event: Json, decoded: boolean): string {
  const lists = isObject(event.multiValueQueryStringParameters)
    ? event.multiValueQueryStringParameters
    : event.queryStringParameters;
  const write = (text: string) => (decoded ? encodeURIComponent(text.toWellFormed()) : text);
  const pairs = Object.entries(isObject(lists) ? lists : {}).flatMap(([name, value]) =>
    texts(value).map((one) => `${write(name)}=${write(one)}`),
  );
  return pairs.join('&');
}

function withoutBase(path: string, base: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`;
  if (base === '' || (rooted !== base && !rooted.startsWith(`${base}/`))) return rooted;
  return rooted.slice(base.length) || '/';
}

/** JSON that can stand in a header. */
function ascii(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What a server answered. */
export interface AdapterResponse {
  readonly status: number;
  readonly statusText: string;
  /** Name and value in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type AdapterResult = { readonly ok: true; readonly payload: Buffer } | { readonly ok: false; readonly text: string };

/** The function's result: an HTTP response in the form that the event's source takes, or the body alone. */
export function adapterResult(response: AdapterResponse, shape: EventShape, settings: AdapterSettings): AdapterResult {
  const { status, body } = response;
  const errors = settings.errorStatuses ?? (shape === 'event' ? [{ from: 400, to: 999 }] : []);
  if (inRanges(status, errors)) return { ok: false, text: `the server answered with status ${status}` };
  const lists = headerLists(response.rawHeaders);
  const first = (name: string) => lists.get(name)?.[0];
  const binary = !isText(first('content-type'), first('content-encoding')) || !isUtf8(body);
  if (shape === 'event') return { ok: true, payload: jsonOf(body, binary) };
  const content = { body: body.toString(binary ? 'base64' : 'utf8'), isBase64Encoded: binary };
  return {
    ok: true,
    payload: Buffer.from(JSON.stringify({ statusCode: status, ...headersFor(shape, response, lists), ...content })),
  };
}

function headersFor(shape: EventShape, { status, statusText }: AdapterResponse, lists: ReadonlyMap<string, string[]>): Json {
  const joined = () => Object.fromEntries([...lists].map(([name, values]) => [name, values.join(', ')]));
  const description = { statusDescription: `${status} ${statusText}`.trim() };
  switch (shape) {
    case 'v2': {
      const { 'set-cookie': _, ...headers } = joined();
      const cookies = lists.get('set-cookie');
      return { headers, ...(cookies && { cookies }) };
    }
    case 'alb':
      return { ...description, headers: joined() };
    case 'alb-lists':
      return { ...description, multiValueHeaders: Object.fromEntries(lists) };
    default:
      return { multiValueHeaders: Object.fromEntries(lists) };
  }
}

function headerLists(raw: readonly string[]): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (OWN.has(name)) continue;
    lists.set(name, [...(lists.get(name) ?? []), raw[at + 1]!]);
  }
  return lists;
}

const TEXT =
  /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|graphql|x-ndjson)\b|[^;]*\+(json|xml)\b)|;\s*charset=utf-8/i;

function isText(contentType: string | undefined, encoding: string | undefined): boolean {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return false;
  return contentType === undefined || TEXT.test(contentType);
}

/** A body that is JSON is the result; any other text becomes a string, what is no text one in base64. */
function jsonOf(body: Buffer, binary: boolean): Buffer {
  if (body.length === 0) return Buffer.from('null');
  if (binary) return Buffer.from(JSON.stringify(body.toString('base64')));
  const text = body.toString('utf8');
  try {
    JSON.parse(text);
    return Buffer.from(text);
  } catch {
    return Buffer.from(JSON.stringify(text));
  }
}
