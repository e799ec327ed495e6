import { isFailure } from '../kernel/index.ts';
import { compilePattern, matches, type Pattern } from './event-patterns.ts';
import { invalidParameter } from './lambda-errors.ts';
import { nestsTooDeep } from './nested-json.ts';

/** A filter of an event source mapping: a pattern as JSON text. */
export interface Filter {
  readonly Pattern?: string;
}

/** What a mapping asks of a record; records come as functions get them (spec/event-sources.md §11 to §16). */
export type RecordFilter = (record: unknown) => boolean;

type Json = Readonly<Record<string, unknown>>;

/**
 * Compiles the filters of a mapping: a record passes when one of them matches, or when there are none (spec/event-sources.md §10.2). Data
 * is under `body` (queues), `data` (streams, decoded), `dynamodb`, `value` and `key` (Kafka, decoded); everything else is metadata. Throws
 * InvalidParameterValueException `Invalid filter pattern definition.`.
 */
export function compileFilterCriteria(filters: readonly Filter[]): RecordFilter {
  const compiled = filters.map(({ Pattern }) => compileFilter(Pattern ?? ''));
  if (compiled.length === 0) return () => true;
  return (record) => {
    const seen = viewOf(record);
    return seen !== undefined && compiled.some((filter) => filter(seen));
  };
}

/** The record as filters see it, with its data apart. */
interface View {
  readonly event: Json;
  /** Whether the data under a key was JSON; keys without data are not there. */
  readonly parsed: Readonly<Record<string, boolean>>;
}

const DATA_KEYS = ['body', 'data', 'value', 'key'];

function compileFilter(text: string): (view: View) => boolean {
  const { pattern, root } = parse(text);
  const forms = DATA_KEYS.filter((key) => Object.hasOwn(root, key)).map((key) => [key, !Array.isArray(root[key])] as const);
  return ({ event, parsed }) =>
    forms.every(([key, json]) => parsed[key] === undefined || parsed[key] === json) && matches(pattern, event);
}

function parse(text: string): { readonly pattern: Pattern; readonly root: Json } {
  try {
    const root: unknown = JSON.parse(text);
    return { pattern: compilePattern(root), root: root as Json };
  } catch (error) {
    if (error instanceof SyntaxError || isFailure(error)) throw invalidParameter('Invalid filter pattern definition.');
    throw error;
  }
}

function viewOf(record: unknown): View | undefined {
  if (!isObject(record)) return undefined;
  if (typeof record.body === 'string') return withData(record, { body: record.body });
  if (isObject(record.kinesis)) return withData({ ...record, ...record.kinesis }, { data: decoded(record.kinesis.data) });
  if (typeof record.topic === 'string' && typeof record.partition === 'number') {
    return withData(record, { value: decoded(record.value), key: decoded(record.key) });
  }
  if (typeof record.messageID === 'string' || isObject(record.basicProperties))
    return withData(record, { data: decoded(record.data) });
  return { event: record, parsed: {} };
}

function withData(record: Json, data: Readonly<Record<string, string | undefined>>): View {
  const event: Record<string, unknown> = { ...record };
  const parsed: Record<string, boolean> = {};
  for (const [key, text] of Object.entries(data)) {
    if (text === undefined) continue;
    const json = readJson(text);
    event[key] = json ?? text;
    parsed[key] = json !== undefined;
  }
  return { event, parsed };
}

/** Objects and lists only, of at most 1000 levels: a text or number in quotes or not is a plain string. */
function readJson(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text) || nestsTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function decoded(base64: unknown): string | undefined {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString() : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
