import { inIpRange, parseIpRange } from './ip-ranges.ts';
import { invalidPattern, TOO_MANY } from './pattern-errors.ts';
import { compileNumeric } from './pattern-numeric.ts';
import { fitsWildcard, readWildcard } from './pattern-wildcards.ts';

/** A value at the leaf of an event. */
export type Leaf = string | number | boolean | null;

/** What one element of a leaf's list asks for. */
export type Matcher =
  | { readonly kind: 'exact'; readonly value: Leaf }
  | { readonly kind: 'absent' }
  | { readonly kind: 'test'; readonly test: (value: Leaf) => boolean };

/** Compiles one element. Throws InvalidEventPatternException (spec/backends.md §8.2). */
export function compileMatcher(given: unknown): Matcher {
  if (Array.isArray(given)) throw invalidPattern('Match value must be String, number, true, false, or null');
  if (typeof given !== 'object' || given === null) return { kind: 'exact', value: given as Leaf };
  const [name, ...others] = Object.keys(given);
  if (name === undefined) throw invalidPattern('Match expression name not found');
  const compile = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!compile) throw invalidPattern(`Unrecognized match type ${name}`);
  const matcher = compile((given as Record<string, unknown>)[name]);
  if (others.length > 0) {
    throw invalidPattern(name === 'numeric' || name === 'anything-but' ? TOO_MANY : 'Only one key allowed in match expression');
  }
  return matcher;
}

const OPERATORS: Readonly<Record<string, (operand: unknown) => Matcher>> = {
  exactly: (operand) => ({ kind: 'exact', value: text(operand, 'exact') }),
  prefix: (operand) => affix(operand, 'prefix', (value, part) => value.startsWith(part)),
  suffix: (operand) => affix(operand, 'suffix', (value, part) => value.endsWith(part)),
  'equals-ignore-case': (operand) => {
    const wanted = text(operand, 'equals-ignore-case').toLowerCase();
    return strings((value) => value.toLowerCase() === wanted);
  },
  wildcard: (operand) => {
    const parts = wildcard(operand);
    return strings((value) => fitsWildcard(parts, value));
  },
  numeric: (operand) => ({ kind: 'test', test: compileNumeric(operand) }),
  cidr,
  exists: (operand) => {
    if (operand === true) return { kind: 'test', test: () => true };
    if (operand === false) return { kind: 'absent' };
    throw invalidPattern('exists match pattern must be either true or false.');
  },
  'anything-but': anythingBut,
};

function strings(test: (value: string) => boolean): Matcher {
  return { kind: 'test', test: (value) => typeof value === 'string' && test(value) };
}

function text(operand: unknown, name: string): string {
  if (typeof operand !== 'string') throw invalidPattern(`${name} match pattern must be a string`);
  return operand;
}

/** A prefix or suffix, as it is or without regard to case. */
function affix(operand: unknown, name: 'prefix' | 'suffix', holds: (value: string, part: string) => boolean): Matcher {
  if (!isObject(operand)) {
    const part = text(operand, name);
    return strings((value) => holds(value, part));
  }
  const [inner, ...others] = Object.keys(operand);
  if (inner === undefined) throw invalidPattern(`${name === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
  if (inner !== 'equals-ignore-case') throw invalidPattern(`Unsupported ${name} pattern: ${inner}`);
  const part = text(operand[inner], inner).toLowerCase();
  if (others.length > 0) throw invalidPattern('Only one key allowed in match expression');
  return strings((value) => holds(value.toLowerCase(), part));
}

function wildcard(operand: unknown): readonly string[] {
  const read = readWildcard(text(operand, 'wildcard'));
  if ('reason' in read) throw invalidPattern(read.reason);
  return read;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cidr(operand: unknown): Matcher {
  if (typeof operand !== 'string') throw invalidPattern('prefix match pattern must be a string');
  const parts = operand.split('/');
  if (parts.length !== 2) throw invalidPattern("Malformed CIDR, one '/' required");
  const [address, mask] = parts as [string, string];
  if (!/^[+-]?\d{1,9}$/.test(mask)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  const bits = Number(mask);
  if (bits < 0) throw invalidPattern('Malformed CIDR, mask bits must not be negative');
  const version = parseIpRange(address)?.version;
  if (version === undefined) throw invalidPattern(`Nonstandard IP address: ${address}`);
  if (version === 4 && bits > 31) throw invalidPattern('IPv4 mask bits must be < 32');
  if (version === 6 && bits > 127) throw invalidPattern('IPv6 mask bits must be < 128');
  const range = parseIpRange(`${address}/${bits}`);
  if (!range) throw invalidPattern(`Nonstandard IP address: ${address}`);
  return strings((value) => inIpRange(range, value));
}

type Test = (value: Leaf) => boolean;

function anythingBut(operand: unknown): Matcher {
  if (!isObject(operand)) return anythingButValues(operand);
  const [name, ...others] = Object.keys(operand);
  if (name === undefined) throw invalidPattern('Anything-But expression name not found');
  const compile = Object.hasOwn(EXCEPTIONS, name) ? EXCEPTIONS[name] : undefined;
  if (!compile) throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
  const tests = anyOf(operand[name]).map(compile);
  if (others.length > 0) throw invalidPattern(TOO_MANY);
  return { kind: 'test', test: (value) => !tests.some((test) => test(value)) };
}

const EXCEPTIONS: Readonly<Record<string, (operand: unknown) => Test>> = {
  prefix: (operand) => {
    const part = exceptedAffix(operand);
    return (value) => typeof value === 'string' && value.startsWith(part);
  },
  suffix: (operand) => {
    const part = exceptedAffix(operand);
    return (value) => typeof value === 'string' && value.endsWith(part);
  },
  'equals-ignore-case': (operand) => {
    if (typeof operand !== 'string') {
      throw invalidPattern('Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.');
    }
    const wanted = operand.toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
  },
  wildcard: (operand) => {
    const parts = wildcard(operand);
    return (value) => typeof value === 'string' && fitsWildcard(parts, value);
  },
};

function exceptedAffix(operand: unknown): string {
  if (typeof operand !== 'string') throw invalidPattern('prefix/suffix match pattern must be a string');
  if (operand === '') throw invalidPattern('Null prefix/suffix not allowed');
  return operand;
}

function anyOf(operand: unknown): readonly unknown[] {
  if (Array.isArray(operand)) return operand;
  if (typeof operand === 'string' || typeof operand === 'number') return [operand];
  throw invalidPattern('Value of anything-but must be an array or single string/number value.');
}

function anythingButValues(operand: unknown): Matcher {
  const values = anyOf(operand);
  if (values.some((value) => typeof value !== 'string' && typeof value !== 'number')) {
    throw invalidPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  if (new Set(values.map((value) => typeof value)).size !== 1) {
    throw invalidPattern('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  const excepted = new Set(values as Leaf[]);
  return { kind: 'test', test: (value) => !excepted.has(value) };
}
