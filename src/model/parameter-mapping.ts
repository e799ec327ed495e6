/** Parameter mapping of HTTP APIs: changes to a request before its integration sees it, and to an answer before the client does. */

/** `append:header.x` → `$request.path.id`. */
export type ParameterMap = Readonly<Record<string, string>>;

/** Says what an expression without its `$` stands for: `request.header.x`, `context.stage`, `stageVariables.v`. */
export type Expressions = (name: string) => string | undefined;

interface Operation {
  readonly verb: 'append' | 'overwrite' | 'remove';
  readonly place: 'header' | 'querystring' | 'path' | 'statuscode';
  /** Of a header in lower case; empty for path and statuscode. */
  readonly name: string;
}

const KEY = /^(append|overwrite|remove):(header|querystring)\.(\S{1,256})$/;
const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const RESERVED =
  /^(access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers?|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-(for|host|proto)|via|host|set-cookie|cookie)$/;
const PATH = /^(?:[^.[\]$()*?]+|\[\d{1,6}\])(?:\.[^.[\]$()*?]+|\[\d{1,6}\])*$/;

function parseKey(key: string): Operation | undefined {
  if (key === 'overwrite:path') return { verb: 'overwrite', place: 'path', name: '' };
  if (key === 'overwrite:statuscode') return { verb: 'overwrite', place: 'statuscode', name: '' };
  const parts = KEY.exec(key);
  if (!parts) return undefined;
  const place = parts[2] as 'header' | 'querystring';
  const name = place === 'header' ? parts[3]!.toLowerCase() : parts[3]!;
  return { verb: parts[1] as Operation['verb'], place, name };
}

const PLACES = { request: ['header', 'querystring', 'path'], response: ['header', 'statuscode'] };

/** What is wrong with a mapping, as a sentence; undefined: nothing. */
export function parameterMapFault(map: ParameterMap, of: 'request' | 'response'): string | undefined {
  for (const [key, value] of Object.entries(map)) {
    const operation = parseKey(key);
    if (!operation || !PLACES[of].includes(operation.place)) return `Invalid mapping expression specified: ${key}`;
    if (operation.place === 'header' && !HEADER.test(operation.name)) return `Invalid header name specified: ${operation.name}`;
    if (operation.place === 'header' && RESERVED.test(operation.name))
      return `Operations on header ${operation.name} are restricted`;
    if (operation.verb !== 'remove' && !namesOf(value).every((name) => isExpression(name, of)))
      return `Invalid mapping expression specified: ${value}`;
  }
  return undefined;
}

function namesOf(value: string): string[] {
  if (/^\$[A-Za-z]/.test(value)) return [value.slice(1)];
  return [...value.matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name!.trim());
}

function isExpression(name: string, of: 'request' | 'response'): boolean {
  if (/^context\.[A-Za-z][\w.:-]*$|^stageVariables\.\w+$/.test(name)) return true;
  if (new RegExp(`^${of}\\.header\\.\\S+$`).test(name)) return true;
  if (name.startsWith(`${of}.body.`)) return PATH.test(name.slice(of.length + 6));
  return of === 'request' && /^request\.(?:path|querystring\.\S+|path\.[\w.-]+)$/.test(name);
}

/** The text that a mapping's value stands for; undefined when it is one expression that has no value. */
export function fillIn(value: string, expressions: Expressions): string | undefined {
  if (/^\$[A-Za-z]/.test(value)) return expressions(value.slice(1));
  return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => expressions(name.trim()) ?? '');
}

export interface Mapped {
  /** Lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Decoded, in order. */
  readonly query: readonly (readonly [string, string])[];
  /** Set by `overwrite:path`. */
  readonly path?: string;
  /** Set by `overwrite:statuscode`, as digits. */
  readonly status?: string;
}

/** Applies a checked mapping, in its order. What has no value changes nothing. */
export function mapParameters(map: ParameterMap, before: Mapped, expressions: Expressions): Mapped {
  let mapped = before;
  for (const [key, value] of Object.entries(map)) {
    const operation = parseKey(key);
    const given = operation?.verb === 'remove' ? '' : fillIn(value, expressions);
    if (operation && given !== undefined) mapped = apply(mapped, operation, given);
  }
  return mapped;
}

function apply(mapped: Mapped, { verb, place, name }: Operation, value: string): Mapped {
  if (place === 'path') return { ...mapped, path: value };
  if (place === 'statuscode') return { ...mapped, status: value };
  if (place === 'header') {
    const { [name]: old = [], ...others } = mapped.headers;
    if (verb === 'remove') return { ...mapped, headers: others };
    return { ...mapped, headers: { ...others, [name]: verb === 'append' ? [...old, value] : [value] } };
  }
  const kept = verb === 'append' ? mapped.query : mapped.query.filter(([other]) => other !== name);
  return { ...mapped, query: verb === 'remove' ? kept : [...kept, [name, value]] };
}

/** What `a.b[0]` leads to in a JSON value, as text: strings as they are, everything else as JSON. */
export function textAt(value: unknown, path: string): string | undefined {
  let at = value;
  for (const step of path.split(/[.[\]]/).filter((part) => part !== '')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return typeof at === 'string' ? at : JSON.stringify(at);
}
