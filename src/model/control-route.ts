import { z } from 'zod';
import { type Failure, platformFailure } from '../kernel/index.ts';
import type { ControlRequest, ControlRoute } from './ports.ts';

/** What a route takes and answers; the one truth for what is refused, for the types of its handler, and for the document of the API. */
export interface RouteDescription {
  /** Of the path's parameters those that have a form. */
  readonly params: z.ZodObject;
  /** account, env and region may be given everywhere. Whole numbers and `true`, `false` are read as such. */
  readonly query: z.ZodObject;
  /** Of a JSON body; an absent one is `{}`, unless there are other contents. Undefined: the handler reads the body itself, or there is none. */
  readonly body: z.ZodType | undefined;
  /** Content types of a body that is not only `application/json`. */
  readonly contents: readonly string[];
  readonly answer: z.ZodType;
}

/** `/apps/:app/diff` → `{ app: string }`. */
type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name]: string } & PathParams<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : unknown;

/** With the types of those that have a form. */
type AllParams<Path extends string, Formed extends z.ZodObject> = keyof Formed['shape'] extends never
  ? PathParams<Path>
  : Omit<PathParams<Path>, keyof Formed['shape']> & z.output<Formed>;

/** As a handler may answer it. */
export type Answered<T> = T extends readonly (infer Item)[]
  ? readonly Answered<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Answered<T[K]> }
    : T;

type Nothing = z.ZodObject<Record<never, never>, z.core.$strict>;
const nothing: Nothing = z.strictObject({});

/** A control request whose parts are as the route's schemas say. */
export type RoutedRequest<Params = Record<never, never>, Query = Record<never, never>, Body = Record<never, never>> = Omit<
  ControlRequest,
  'params' | 'query' | 'body'
> & { readonly params: Params; readonly query: Query; readonly body: Body };

interface Definition<Path extends string, Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType, Answer>
  extends Pick<ControlRoute, 'method' | 'summary' | 'anyBody' | 'streamed' | 'upgrades'> {
  readonly path: Path;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Default: `application/json`. */
  readonly contents?: readonly string[];
  readonly answer: z.ZodType<unknown, Answer>;
  readonly handle: (
    request: RoutedRequest<AllParams<Path, Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<Answered<Answer>>;
}

/**
 * A route of the control API by its schemas: handle is called with what they made of the request. What does not fit is refused before
 * with InvalidRequest 400, which names the member and what it must be. Messages of the schemas' own checks go on after the member's name:
 * `is no release: v4`.
 */
export function controlRoute<
  const Path extends string,
  Answer,
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = Nothing,
>(definition: Definition<Path, Params, Query, Body, Answer>): ControlRoute {
  const { params, query, body, contents = [], answer, handle, ...route } = definition;
  const raw = definition.streamed || definition.upgrades;
  const described: RouteDescription = {
    params: params ?? nothing,
    query: query ?? nothing,
    body: raw ? undefined : (body ?? nothing),
    contents,
    answer,
  };
  return { ...route, described, handle: async (request) => handle(readControlRequest(described, request) as never) };
}

/** Throws InvalidRequest. */
function readControlRequest(described: RouteDescription, request: ControlRequest): RoutedRequest<unknown, unknown, unknown> {
  const { params, query, body, contents } = described;
  const formed = Object.fromEntries(Object.entries(request.params).filter(([name]) => Object.hasOwn(params.shape, name)));
  const asked = queryOf(query, request.query);
  return {
    ...request,
    params: { ...request.params, ...(read(params, formed, formed) as object) },
    query: read(query, asked, asked),
    body: body && read(body, request.body === undefined && contents.length === 0 ? {} : request.body),
  };
}

/** Query parameters of every route: where it is about. */
export const placeParameters: readonly string[] = ['account', 'env', 'region'];

function queryOf({ shape }: z.ZodObject, given: URLSearchParams): Record<string, unknown> {
  const values: [string, unknown][] = [];
  for (const name of new Set(given.keys())) {
    if (!Object.hasOwn(shape, name)) {
      if (placeParameters.includes(name)) continue;
      const known = [...new Set([...Object.keys(shape), ...placeParameters])].join(', ');
      throw refusal(`unknown query parameter ${JSON.stringify(name.slice(0, 80))}; there are ${known}`);
    }
    const [text = '', ...more] = given.getAll(name);
    if (more.length > 0) throw refusal(`${name} is given more than once`);
    values.push([name, argumentOf(shape[name]!, text)]);
  }
  return Object.fromEntries(values);
}

/** A parameter's text as the type that its schema asks for; what is none of it stays a text, and is refused as one. */
function argumentOf(schema: z.core.$ZodType, text: string): unknown {
  const type = innermost(schema)._zod.def.type;
  if (type === 'number' && /^\d{1,16}$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  const { innerType, in: before } = schema._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = innerType ?? before;
  return inner === undefined ? schema : innermost(inner);
}

/** shown: what was given may stand in a refusal, for nothing in it is a secret. */
function read(schema: z.ZodType, value: unknown, shown?: Readonly<Record<string, unknown>>): unknown {
  const parsed = schema.safeParse(value, { error: () => '' });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw complaint(schema, issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!, shown); // a typo is why another is missing
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

function complaint(
  schema: z.ZodType,
  { path, ...issue }: z.core.$ZodIssue,
  shown: Readonly<Record<string, unknown>> = {},
): Failure {
  const there = memberAt(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), path);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(there?.properties ?? {});
    const name = nameOf([...path, issue.keys[0]!]);
    return refusal(
      known.length === 0 ? `unknown member ${name}: there are none` : `unknown member ${name}; there are ${known.join(', ')}`,
    );
  }
  const what = issue.message || (issue.code === 'invalid_key' && issue.issues[0]?.message) || `is ${wordsOf(there)}`;
  if (path.length === 0) return refusal(what.replace(/^is an object$/, 'the body is a JSON object'));
  const value = shown[String(path[0])];
  const given = typeof value === 'string' && what.startsWith('is no ') ? ` ${JSON.stringify(value.slice(0, 80))}` : '';
  return refusal(`${nameOf(path)}${given} ${what}`);
}

function refusal(message: string): Failure {
  return platformFailure('InvalidRequest', message);
}

/** `allow[0].to`. */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${plainName(String(part))}`))
    .join('');
}

const plainName = (name: string) => (/^[\w.$-]{1,80}$/.test(name) ? name : JSON.stringify(name.slice(0, 80)));

function memberAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let at: unknown = schema;
  for (const part of path) {
    const { properties, additionalProperties, items } = (at ?? {}) as JsonSchema;
    at = typeof part === 'number' ? items : (properties?.[String(part)] ?? additionalProperties);
  }
  return at as JsonSchema | undefined;
}

/** What a value must be, for people: `a whole number from 1 to 1000`. */
function wordsOf(schema: JsonSchema | undefined): string {
  if (schema?.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema?.anyOf) return schema.anyOf.map((one) => wordsOf(one as JsonSchema)).join(' or ');
  switch (schema?.type) {
    case 'integer':
    case 'number':
      return `a ${schema.type === 'integer' ? 'whole ' : ''}number${rangeOf(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${(schema.items as JsonSchema | undefined)?.type === 'string' ? ' of texts' : ''}${most(schema.maxItems)}`;
    case 'object':
      return (schema.additionalProperties as JsonSchema | undefined)?.type === 'string' ? 'an object of texts' : 'an object';
    case 'string':
      return textOf(schema);
    default:
      return 'of another form';
  }
}

const most = (items: number | undefined) => (items === undefined ? '' : `, at most ${items}`);

function rangeOf({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string {
  const [low, high] = [minimum > Number.MIN_SAFE_INTEGER, maximum < Number.MAX_SAFE_INTEGER];
  if (low && high) return ` from ${minimum} to ${maximum}`;
  if (low) return ` from ${minimum} on`;
  return high ? ` up to ${maximum}` : '';
}

function textOf({ minLength = 0, maxLength }: JsonSchema): string {
  if (maxLength === undefined) return 'a text';
  return minLength > 0 ? `a text of ${minLength} to ${maxLength} characters` : `a text of at most ${maxLength} characters`;
}
