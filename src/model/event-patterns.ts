import { consistent, type Places } from './pattern-arrays.ts';
import { invalidPattern } from './pattern-errors.ts';
import { invalidJson } from './pattern-json.ts';
import { compileMatcher, type Leaf, type Matcher } from './pattern-matchers.ts';
import { type Inside, type PatternPath, pathOf, visitLeaves } from './pattern-paths.ts';

/** A compiled event pattern (spec/backends.md §8.2): it matches when one of its alternatives does. */
export interface Pattern {
  readonly alternatives: readonly Alternative[];
}

/** One way through the `$or`s of a pattern: all its fields must match. In order of their names. */
export type Alternative = readonly PatternField[];

export interface PatternField {
  readonly path: PatternPath;
  /** Values that are compared. */
  readonly exact: ReadonlySet<Leaf>;
  readonly tests: readonly ((value: Leaf) => boolean)[];
  /** exists:false is among its values. */
  readonly absent: boolean;
}

/** AWS's limit on what the `$or`s of a pattern multiply to. */
const MOST_ALTERNATIVES = 1000;
/** Far beyond what fits into a pattern's length; parsed patterns come from elsewhere too. */
const DEEPEST = 200;

/** Compiles a pattern, given as JSON text or parsed. Throws InvalidEventPatternException 400. */
export function compilePattern(given: unknown): Pattern {
  const root = typeof given === 'string' ? parse(given) : given;
  if (!isObject(root)) throw invalidPattern('Filter is not an object');
  const alternatives = compileObject(root, '', [new Map()], { depth: 0, inOr: false });
  return { alternatives: alternatives.map((fields) => [...fields.values()].sort(byName)) };
}

/** Whether an event (parsed JSON) matches. What is no object matches nothing. */
export function matches(pattern: Pattern, event: unknown): boolean {
  return isObject(event) && pattern.alternatives.some((alternative) => matchesAlternative(alternative, event));
}

/** The same of one alternative; event is an object. */
export function matchesAlternative(alternative: Alternative, event: object): boolean {
  let bound: Places[] | undefined;
  for (const field of alternative) {
    const places = look(field, event);
    if (places === 'matches') continue;
    if (places === 'fails') return false;
    bound ??= [];
    bound.push(places);
  }
  return bound === undefined || (bound.length === 1 && bound[0]!.occupied === undefined) || consistent(bound);
}

/** Where a field matches. A match outside of arrays fits everything, and an absence everywhere too. */
function look(field: PatternField, event: object): Places | 'matches' | 'fails' {
  const matched: Inside[] = [];
  const occupied: (Inside | undefined)[] = [];
  const free = visitLeaves(field.path, event, (value, inside) => {
    if (field.absent) occupied.push(inside);
    if (!field.exact.has(value) && !field.tests.some((test) => test(value))) return false;
    if (inside === undefined) return true;
    matched.push(inside);
    return false;
  });
  if (free) return 'matches';
  if (field.absent) return occupied.length === 0 ? 'matches' : { matched, occupied };
  return matched.length === 0 ? 'fails' : { matched };
}

type Fields = Map<string, PatternField>;

interface Level {
  readonly depth: number;
  /** Within `$or`, where operators' names are not fields. */
  readonly inOr: boolean;
}

/** Adds the fields below an object to each of the alternatives so far. A path that comes again counts as it came last. */
function compileObject(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  start: readonly Fields[],
  level: Level,
): readonly Fields[] {
  const entries = Object.entries(object);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  if (level.depth > DEEPEST) throw invalidPattern(`Nested deeper than ${DEEPEST} levels`);
  let alternatives = start;
  for (const [name, value] of entries) {
    if (name === '$or' && isOr(value)) {
      alternatives = compileOr(value, prefix, alternatives, level);
      continue;
    }
    if (level.inOr && RESERVED.has(name)) {
      throw invalidPattern(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (Array.isArray(value)) {
      const field = compileField(path, value);
      for (const fields of alternatives) fields.set(path, field);
    } else if (isObject(value)) alternatives = compileObject(value, path, alternatives, { ...level, depth: level.depth + 1 });
    else throw invalidPattern(`"${name}" must be an object or an array`);
  }
  return alternatives;
}

function compileOr(
  branches: readonly Readonly<Record<string, unknown>>[],
  prefix: string,
  start: readonly Fields[],
  level: Level,
): readonly Fields[] {
  if (start.length * branches.length > MOST_ALTERNATIVES) throw invalidPattern(TOO_MANY_ALTERNATIVES);
  const made = branches.flatMap((branch) => {
    const copies = start.map((fields) => new Map(fields));
    return compileObject(branch, prefix, copies, { depth: level.depth + 1, inOr: true });
  });
  if (made.length > MOST_ALTERNATIVES) throw invalidPattern(TOO_MANY_ALTERNATIVES);
  return made;
}

const TOO_MANY_ALTERNATIVES = `Rule is too complex - $or makes more than ${MOST_ALTERNATIVES} combinations`;

const OPERATOR_NAMES = [
  ...['exactly', 'prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'numeric', 'cidr', 'exists', 'anything-but'],
  ...['=', '<', '<=', '>', '>='],
];
/** AWS keeps some more names for operators to come. */
const RESERVED: ReadonlySet<string> = new Set([
  ...OPERATOR_NAMES,
  ...['regex', 'not-wildcard', 'not-equals-ignore-case', 'date-after', 'date-on-or-after', 'date-before', 'date-on-or-before'],
  ...['in-date-range', 'ip-address-in-range', 'ip-address-not-in-range'],
]);

/** `$or` means alternatives only as a list of two or more objects that are no operators; else it is a field's name. */
function isOr(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((branch) => isObject(branch) && !Object.keys(branch).some((name) => RESERVED.has(name)))
  );
}

function compileField(name: string, values: readonly unknown[]): PatternField {
  if (values.length === 0) throw invalidPattern('Empty arrays are not allowed');
  const matchers = values.map(compileMatcher);
  const of = <K extends Matcher['kind']>(kind: K) =>
    matchers.filter((matcher): matcher is Extract<Matcher, { kind: K }> => matcher.kind === kind);
  return {
    path: pathOf(name),
    exact: new Set(of('exact').map(({ value }) => value)),
    tests: of('test').map(({ test }) => test),
    absent: of('absent').length > 0,
  };
}

function byName(a: PatternField, b: PatternField): number {
  return a.path.name < b.path.name ? -1 : a.path.name > b.path.name ? 1 : 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidPattern(invalidJson(text, error));
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
