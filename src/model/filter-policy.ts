import { type Failure, fail } from '../kernel/index.ts';
import { inIpRange, parseIpRange } from './ip-ranges.ts';

/** What a filter policy looks at. */
export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';

/** A condition on the values that a message has under one key; none: the key is absent. */
export type FilterRule = (values: readonly unknown[]) => boolean;

/** Keys that must all hold, each by one of its rules. */
export type FilterAlternative = readonly (readonly [key: string, rules: readonly FilterRule[]])[];

/** A checked filter policy: a message passes when all keys of one alternative hold. Nested keys are joined by dots. */
export interface FilterPolicy {
  readonly alternatives: readonly FilterAlternative[];
  /** Every key, and every key that leads to one. */
  readonly paths: ReadonlySet<string>;
}

const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;
const MOST_BYTES = 256 * 1024;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the text of a filter policy (spec/backends.md §7); prefix begins the texts of refusals: `Invalid parameter: Attributes Reason: ` in
 * Subscribe, `Invalid parameter: ` elsewhere. Throws InvalidParameterException with AWS's texts, without the place in the source.
 */
export function parseFilterPolicy(text: string, scope: FilterPolicyScope, prefix = 'Invalid parameter: '): FilterPolicy {
  const refuse: Refuse = (reason) => fail('InvalidParameterException', `${prefix}${reason}`);
  const policy = readJson(text, refuse);
  if (Object.keys(policy).length > MOST_KEYS)
    throw refuse(`FilterPolicy: Filter policy can not have more than ${MOST_KEYS} keys`);
  const rules: unknown[] = [];
  const combinations = checkLevel(policy, { scope, refuse, rules }, { depth: 1, nesting: 1, combinations: 1 });
  if (combinations > MOST_COMBINATIONS) throw refuse(TOO_COMPLEX);
  const compiled = new Map<unknown, FilterRule>();
  for (const rule of rules) if (!compiled.has(rule)) compiled.set(rule, compileRule(rule, refuse));
  const alternatives = expand(policy, compiled, { path: '', alternatives: [[]] });
  return { alternatives, paths: pathsOf(alternatives) };
}

type Refuse = (reason: string) => Failure;

const TOO_COMPLEX = 'FilterPolicy: Filter policy is too complex';

function readJson(text: string, refuse: Refuse): Json {
  if (Buffer.byteLength(text) > MOST_BYTES) throw refuse(TOO_COMPLEX);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`FilterPolicy: failed to parse JSON. ${(error as Error).message}`);
  }
  if (!isObject(value)) throw refuse('FilterPolicy: failed to parse JSON. Filter is not an object');
  return value;
}

interface Check {
  readonly scope: FilterPolicyScope;
  readonly refuse: Refuse;
  /** All rules found, to be compiled when the policy's form is known to be right. */
  readonly rules: unknown[];
}

interface Level {
  /** Objects around the key. */
  readonly depth: number;
  /** The same with each $or counted too. */
  readonly nesting: number;
  readonly combinations: number;
}

/** Checks one object of the policy; answers the combinations so far: a key counts its rules times its depth, $or adds up its branches. */
function checkLevel(policy: Json, check: Check, { depth, nesting, combinations }: Level): number {
  if (nesting > MOST_COMBINATIONS) throw check.refuse(TOO_COMPLEX);
  let product = combinations;
  for (const [key, value] of Object.entries(policy)) {
    if (isObject(value)) product = checkLevel(value, check, { depth: depth + 1, nesting: nesting + 1, combinations: product });
    else if (!Array.isArray(value)) throw check.refuse(`FilterPolicy: "${key}" must be an object or an array`);
    else if (value.length === 0) throw check.refuse('FilterPolicy: Empty arrays are not allowed');
    else if (isChoice(key, value)) {
      const branch = { depth, nesting: nesting + 1, combinations: product };
      product = (value as readonly Json[]).reduce((sum, choice) => sum + checkLevel(choice, check, branch), 0);
    } else {
      for (const rule of value) check.rules.push(rule);
      product *= value.length * depth;
    }
  }
  if (check.scope === 'MessageAttributes' && depth > 1)
    throw check.refuse('Filter policy scope MessageAttributes does not support nested filter policy');
  return product;
}

/** `$or` is a key like any other unless it holds two or more objects. */
function isChoice(key: string, value: readonly unknown[]): boolean {
  return key === '$or' && value.length > 1 && value.every(isObject);
}

interface Begun {
  /** Of the object around; empty at the top. */
  readonly path: string;
  readonly alternatives: readonly FilterAlternative[];
}

/** Every way to choose one branch of each $or. */
function expand(policy: Json, compiled: ReadonlyMap<unknown, FilterRule>, { path, alternatives }: Begun): Begun['alternatives'] {
  let all = alternatives;
  for (const [key, value] of Object.entries(policy)) {
    const full = path === '' ? key : `${path}.${key}`;
    const before = all;
    if (isObject(value)) all = expand(value, compiled, { path: full, alternatives: before });
    else if (isChoice(key, value as readonly unknown[]))
      all = (value as readonly Json[]).flatMap((branch) => expand(branch, compiled, { path, alternatives: before }));
    else {
      const rules = (value as readonly unknown[]).map((rule) => compiled.get(rule)!);
      all = before.map((alternative) => [...alternative, [full, rules] as const]);
    }
  }
  return all;
}

function pathsOf(alternatives: readonly FilterAlternative[]): Set<string> {
  const paths = new Set<string>();
  for (const alternative of alternatives) {
    for (const [key] of alternative) {
      for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) paths.add(key.slice(0, dot));
      paths.add(key);
    }
  }
  return paths;
}

function compileRule(rule: unknown, refuse: Refuse): FilterRule {
  if (isScalar(rule)) return (values) => values.includes(rule);
  if (!isObject(rule)) throw refuse('FilterPolicy: Match value must be String, number, true, false, or null');
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(rule);
  if (others.length > 0) throw refuse('FilterPolicy: Only one key allowed in match expression');
  const compile = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!compile) throw refuse(`FilterPolicy: Unrecognized match type ${operator}`);
  return compile(operand, refuse);
}

type Compile = (operand: unknown, refuse: Refuse) => FilterRule;

const OPERATORS: Readonly<Record<string, Compile>> = {
  prefix: (operand, refuse) => {
    const text = string(operand, 'prefix', refuse);
    return some((value) => value.startsWith(text));
  },
  suffix: (operand, refuse) => {
    const text = string(operand, 'suffix', refuse);
    return some((value) => value.endsWith(text));
  },
  'equals-ignore-case': (operand, refuse) => {
    const text = string(operand, 'equals-ignore-case', refuse).toLowerCase();
    return some((value) => value.toLowerCase() === text);
  },
  'anything-but': anythingBut,
  exists: (operand, refuse) => {
    if (typeof operand !== 'boolean') throw refuse('FilterPolicy: exists match pattern must be either true or false.');
    return (values) => values.length > 0 === operand;
  },
  numeric,
  cidr,
};

function some(holds: (value: string) => boolean): FilterRule {
  return (values) => values.some((value) => typeof value === 'string' && holds(value));
}

/** True of a value that is there and is none of the operand's. */
function anythingBut(operand: unknown, refuse: Refuse): FilterRule {
  if (isObject(operand)) {
    const wrong = Object.keys(operand).find((key) => key !== 'prefix');
    if (wrong !== undefined) throw refuse(`FilterPolicy: Unsupported anything-but pattern: ${wrong}`);
    const text = string(operand.prefix, 'prefix', refuse);
    return (values) => values.some((value) => value !== null && !(typeof value === 'string' && value.startsWith(text)));
  }
  const excluded = Array.isArray(operand) ? operand : [operand];
  if (!excluded.every(isScalar)) throw refuse('FilterPolicy: Match value must be String, number, true, false, or null');
  return (values) => values.some((value) => value !== null && !excluded.includes(value));
}

const COMPARE: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** One comparison, or a range: `[">=", 0, "<", 10]`. */
function numeric(operand: unknown, refuse: Refuse): FilterRule {
  const [operator, bound, ...rest] = Array.isArray(operand) ? operand : [];
  if (typeof operator !== 'string')
    throw refuse(`FilterPolicy: Invalid member in numeric match: ${operator === undefined ? ']' : JSON.stringify(operator)}`);
  const first = Object.hasOwn(COMPARE, operator) ? COMPARE[operator] : undefined;
  if (!first) throw refuse(`FilterPolicy: Unrecognized numeric range operator: ${operator}`);
  const low = number(operator, bound, refuse);
  if (rest.length === 0) return inRange((value) => first(value, low));
  if (operator !== '>' && operator !== '>=') throw refuse('FilterPolicy: Too many elements in numeric expression');
  const [upper, top, ...more] = rest;
  if (typeof upper !== 'string') throw refuse(`FilterPolicy: Bad value in numeric range: ${JSON.stringify(upper)}`);
  if (upper !== '<' && upper !== '<=') throw refuse(`FilterPolicy: Bad numeric range operator: ${upper}`);
  const high = number(upper, top, refuse);
  if (high <= low) throw refuse('FilterPolicy: Bottom must be less than top');
  if (more.length > 0) throw refuse('FilterPolicy: Too many terms in numeric range expression');
  const second = COMPARE[upper]!;
  return inRange((value) => first(value, low) && second(value, high));
}

function inRange(holds: (value: number) => boolean): FilterRule {
  return (values) => values.some((value) => typeof value === 'number' && holds(value));
}

function number(operator: string, bound: unknown, refuse: Refuse): number {
  if (typeof bound !== 'number') throw refuse(`FilterPolicy: Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  return bound;
}

function cidr(operand: unknown, refuse: Refuse): FilterRule {
  const text = string(operand, 'prefix', refuse);
  const [address, mask, ...rest] = text.split('/');
  if (mask === undefined || rest.length > 0) throw refuse("FilterPolicy: Malformed CIDR, one '/' required");
  if (!/^\d+$/.test(mask)) throw refuse('FilterPolicy: Malformed CIDR, mask bits must be an integer');
  const range = parseIpRange(text);
  if (!range) throw refuse(`FilterPolicy: Nonstandard IP address: ${address}`);
  return some((value) => inIpRange(range, value));
}

function string(operand: unknown, operator: string, refuse: Refuse): string {
  if (typeof operand !== 'string') throw refuse(`FilterPolicy: ${operator} match pattern must be a string`);
  return operand;
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
