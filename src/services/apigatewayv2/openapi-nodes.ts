import { platformFailure } from '../../kernel/index.ts';
import { nestsTooDeep } from '../../model/index.ts';
import { badRequest } from './refusals.ts';

/** An object of an OpenAPI document. */
export type Node = Readonly<Record<string, unknown>>;

/** A document's text as JSON. Throws BadRequestException; NotImplemented for YAML and for versions other than 3. */
export function readDocument(body: string): Node {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    if (/^\s*(?:#.*\n\s*)*["']?(?:openapi|swagger|info|paths)["']?\s*:/.test(body))
      throw platformFailure('NotImplemented', 'OpenAPI documents in YAML; send it as JSON', { fault: 'caller' });
    throw badRequest('Unable to parse API definition because of a malformed document');
  }
  // The roles of such a one could not be asked for (access.ts).
  if (!isNode(document) || nestsTooDeep(body)) throw badRequest('Unable to parse API definition because of a malformed document');
  const version = document.openapi;
  if (typeof version !== 'string' || !version.startsWith('3.'))
    throw badRequest('Only OpenAPI 3 documents can be imported into an HTTP API');
  return document;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object of that name; undefined when there is none. Throws BadRequestException for anything else. */
export function node(of: Node, name: string): Node | undefined {
  const value = Object.hasOwn(of, name) ? of[name] : undefined;
  if (value === undefined || isNode(value)) return value;
  throw badRequest(`${name} is an object`);
}

/** The objects in the object of that name. */
export function nodes(of: Node, name: string): [string, Node][] {
  const all = node(of, name) ?? {};
  return Object.keys(all).map((key) => [key, node(all, key)!]);
}

interface Kinds {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

/** The value of that name and type; undefined when there is none. Throws BadRequestException for another type. */
export function member<Kind extends keyof Kinds>(of: Node, name: string, kind: Kind): Kinds[Kind] | undefined {
  const value = Object.hasOwn(of, name) ? of[name] : undefined;
  if (value === undefined || typeof value === kind) return value as Kinds[Kind] | undefined;
  throw badRequest(`${name} is a ${kind}`);
}

export function text(of: Node, name: string): string | undefined {
  return member(of, name, 'string');
}

/** A list of texts; undefined when there is none, or one text. */
export function texts(of: Node, name: string): string[] | undefined {
  const value = of[name];
  if (!Array.isArray(value)) return undefined;
  if (!value.every((one) => typeof one === 'string')) throw badRequest(`${name} is a list of texts`);
  return value;
}

/** The objects in the list of that name. */
export function listed(of: Node, name: string): Node[] {
  const value = of[name];
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isNode)) throw badRequest(`${name} is a list of objects`);
  return value;
}

/** The texts by name in the object of that name. */
export function textMap(of: Node, name: string): Record<string, string> | undefined {
  const value = node(of, name);
  if (!value) return undefined;
  if (!Object.values(value).every((one) => typeof one === 'string')) throw badRequest(`${name} holds texts`);
  return { ...value } as Record<string, string>;
}
