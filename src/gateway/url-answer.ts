import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Outcome } from '../model/index.ts';

/** An answer of a function URL; set-cookie may repeat, so headers hold lists. */
export interface UrlAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | string;
}

/** 6 MB, as everywhere (spec/event-sources.md §8). */
export const MAX_URL_PAYLOAD = 6 * 1024 * 1024;

/** What a function's result becomes as an answer of its URL (spec/event-sources.md §8): used as it is, or inferred. */
export function urlAnswer(outcome: Outcome): UrlAnswer {
  return resultAnswer(outcome, { contentType: JSON_TYPE, infer: true, multiValue: false }) ?? badGateway();
}

export interface ResultRules {
  /** Of a result with a statusCode that names none. */
  readonly contentType: string;
  /** Takes a result without statusCode for the body. */
  readonly infer: boolean;
  /** Minds multiValueHeaders. */
  readonly multiValue: boolean;
}

/** Undefined: the function failed, or its result can be no answer. */
export function resultAnswer(outcome: Outcome, rules: ResultRules): UrlAnswer | undefined {
  if (outcome.functionError !== undefined) return undefined;
  const payload = Buffer.from(outcome.payload);
  const result = parse(payload);
  if (result === unreadable || payload.length > MAX_URL_PAYLOAD) return undefined;
  if (typeof result === 'object' && result !== null && !Array.isArray(result) && 'statusCode' in result)
    return shaped(result, rules);
  if (!rules.infer) return undefined;
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: typeof result === 'string' ? result : payload };
}

const JSON_TYPE = 'application/json';

export function badGateway(): UrlAnswer {
  return { status: 502, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error' };
}

const unreadable = Symbol('unreadable');

function parse(payload: Buffer): unknown {
  try {
    return payload.length === 0 ? null : JSON.parse(payload.toString('utf8'));
  } catch {
    return unreadable;
  }
}

interface Shaped {
  readonly statusCode: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function shaped(result: object, rules: ResultRules): UrlAnswer | undefined {
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = result as Shaped;
  const status = statusOf(statusCode);
  const fields = fieldsOf(headers, rules.multiValue ? multiValueHeaders : undefined);
  if (status === undefined || fields === undefined || !addCookies(fields, cookies)) return undefined;
  fields['content-type'] ??= rules.contentType;
  return { status, headers: fields, body: bodyOf(body, isBase64Encoded === true) };
}

/** An integer or its decimal text, 200 to 599. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

function bodyOf(body: unknown, base64: boolean): Buffer | string {
  if (body === undefined || body === null) return '';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return base64 ? Buffer.from(text, 'base64') : text;
}

/** These the platform sets itself, or they belong to one connection. */
const NOT_THE_FUNCTIONS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'trailer',
  'date',
]);

type Fields = Record<string, string | string[]>;

/** Undefined when a name or value cannot stand in a header. Lists of values go before single ones of the same name. */
function fieldsOf(headers: unknown, lists: unknown): Fields | undefined {
  const fields: Fields = {};
  for (const given of [headers, lists]) {
    if (given === undefined || given === null) continue;
    if (typeof given !== 'object') return undefined;
    for (const [name, value] of Object.entries(given)) {
      const lower = name.toLowerCase();
      if (NOT_THE_FUNCTIONS.has(lower) || value === null || value === undefined) continue;
      const values: unknown[] = given === lists && Array.isArray(value) ? value : [value];
      if (!values.every((one) => isScalar(one) && isHeader(lower, String(one)))) return undefined;
      fields[lower] = values.length === 1 ? String(values[0]) : values.map(String);
    }
  }
  return fields;
}

/** False when they can be no cookies. */
function addCookies(fields: Fields, cookies: unknown): boolean {
  if (cookies === undefined || cookies === null) return true;
  if (!Array.isArray(cookies) || !cookies.every((cookie) => typeof cookie === 'string' && isHeader('set-cookie', cookie)))
    return false;
  if (cookies.length > 0) fields['set-cookie'] = cookies;
  return true;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
