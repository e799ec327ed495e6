import type { NormalizedSchema } from '@smithy/core/schema';
import { fail } from '../kernel/index.ts';
import type { Scalars } from './scalars.ts';

interface Branch {
  value?: string;
  readonly parts: Map<string, Branch>;
}

const MOST_PARAMETERS = 20_000;
const DEEPEST = 40;
const INDEX = /^[1-9]\d{0,5}$/;

/**
 * Reads a query-protocol form by schema (spec/backends.md §1.4):
 *   Name=text · Name.member.N… (flattened: Name.N…) · Name.entry.N.key / .value (flattened: Name.N.key…) · Name.Member…
 * Throws MalformedInput when there are too many or too deep parameters.
 */
export function readForm(schema: NormalizedSchema, form: URLSearchParams, scalars: Scalars): Record<string, unknown> {
  return structure(schema, grow(form), scalars);
}

function grow(form: URLSearchParams): Branch {
  const root: Branch = { parts: new Map() };
  let count = 0;
  for (const [name, value] of form) {
    const parts = name.split('.', DEEPEST + 1);
    if (++count > MOST_PARAMETERS || parts.length > DEEPEST) throw malformed();
    let at = root;
    for (const part of parts) {
      const next = at.parts.get(part) ?? { parts: new Map() };
      at.parts.set(part, next);
      at = next;
    }
    at.value = value;
  }
  return root;
}

function malformed() {
  return fail('MalformedInput', 'The request has too many or too deeply nested parameters', { status: 400 });
}

function read(schema: NormalizedSchema, at: Branch, scalars: Scalars): unknown {
  if (schema.isStructSchema()) return structure(schema, at, scalars);
  if (schema.isListSchema()) return list(schema, at, scalars);
  if (schema.isMapSchema()) return map(schema, at, scalars);
  return at.value === undefined ? undefined : scalars.read(schema, at.value);
}

function structure(schema: NormalizedSchema, at: Branch, scalars: Scalars): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const branch = at.parts.get((member.getMergedTraits().xmlName as string | undefined) ?? name);
    const value = branch && read(member, branch, scalars);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** `Name=` is an empty list. Clients that flatten what is not, or the other way round, are understood. */
function list(schema: NormalizedSchema, at: Branch, scalars: Scalars): unknown[] {
  const element = schema.getValueSchema();
  const named = at.parts.get((element.getMergedTraits().xmlName as string | undefined) ?? 'member') ?? at.parts.get('member');
  const source = schema.getMergedTraits().xmlFlattened ? at : (named ?? at);
  return numbered(source).map((branch) => read(element, branch, scalars));
}

function map(schema: NormalizedSchema, at: Branch, scalars: Scalars): Record<string, unknown> {
  const source = schema.getMergedTraits().xmlFlattened ? at : (at.parts.get('entry') ?? at);
  const values = schema.getValueSchema();
  const keyName = (schema.getKeySchema().getMergedTraits().xmlName as string | undefined) ?? 'key';
  const valueName = (values.getMergedTraits().xmlName as string | undefined) ?? 'value';
  const found: Record<string, unknown> = {};
  for (const entry of numbered(source)) {
    const key = entry.parts.get(keyName)?.value;
    const branch = entry.parts.get(valueName);
    if (key === undefined) continue;
    const value = branch && read(values, branch, scalars);
    Object.defineProperty(found, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return found;
}

function numbered(at: Branch): Branch[] {
  return [...at.parts]
    .filter(([name]) => INDEX.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, branch]) => branch);
}
