import { type ArnPattern, compileArnPattern, compileGlob, type Glob, type Lookup, matchesArn, matchesGlob } from './globs.ts';
import { type IpRange, inIpRange, parseIpRange } from './ip-ranges.ts';

/** One test on one condition key: `{ "StringLike": { "s3:prefix": ["home/*"] } }`. */
export interface Condition {
  /** Lower case. */
  readonly key: string;
  readonly set?: 'all' | 'any';
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly isNull: boolean;
  /** Does one value of the request match one of the policy's values? */
  readonly tests: readonly Test[];
}

type Test = (value: string, lookup: Lookup) => boolean;
type Compile = (value: string, variables: boolean) => Test | undefined;

const string: Compile = (value, variables) => {
  const glob = literalGlob(value, variables);
  return (actual, lookup) => matchesGlob(glob, actual, lookup);
};

const folded: Compile = (value, variables) => {
  const glob = literalGlob(value, variables);
  if (glob.literal !== undefined) {
    const lower = glob.literal.toLowerCase();
    return (actual) => actual.toLowerCase() === lower;
  }
  const lower = literalGlob(foldOutsideVariables(value), variables);
  return (actual, lookup) => matchesGlob(lower, actual.toLowerCase(), (key) => lookup(key)?.map((v) => v.toLowerCase()));
};

const like: Compile = (value, variables) => {
  const glob = compileGlob(value, variables);
  return (actual, lookup) => matchesGlob(glob, actual, lookup);
};

const arn: Compile = (value, variables) => {
  const pattern: ArnPattern | undefined = compileArnPattern(value, variables);
  return (actual, lookup) => pattern !== undefined && matchesArn(pattern, actual, lookup);
};

const numeric = (holds: (actual: number, wanted: number) => boolean): Compile => {
  return (value) => {
    const wanted = number(value);
    if (wanted === undefined) return undefined;
    return (actual) => {
      const given = number(actual);
      return given !== undefined && holds(given, wanted);
    };
  };
};

const date = (holds: (actual: number, wanted: number) => boolean): Compile => {
  return (value) => {
    const wanted = instant(value);
    if (wanted === undefined) return undefined;
    return (actual) => {
      const given = instant(actual);
      return given !== undefined && holds(given, wanted);
    };
  };
};

const bool: Compile = (value) => {
  const wanted = value.toLowerCase();
  return wanted === 'true' || wanted === 'false' ? (actual) => actual.toLowerCase() === wanted : undefined;
};

const ip: Compile = (value) => {
  const range: IpRange | undefined = parseIpRange(value);
  return range && ((actual) => inIpRange(range, actual));
};

const equal = (a: number, b: number) => a === b;

/** The operators of IAM without their `Not` forms, `IfExists` and set prefixes. */
const operators: Readonly<Record<string, readonly [compile: Compile, negated: boolean]>> = {
  StringEquals: [string, false],
  StringNotEquals: [string, true],
  StringEqualsIgnoreCase: [folded, false],
  StringNotEqualsIgnoreCase: [folded, true],
  StringLike: [like, false],
  StringNotLike: [like, true],
  NumericEquals: [numeric(equal), false],
  NumericNotEquals: [numeric(equal), true],
  NumericLessThan: [numeric((a, b) => a < b), false],
  NumericLessThanEquals: [numeric((a, b) => a <= b), false],
  NumericGreaterThan: [numeric((a, b) => a > b), false],
  NumericGreaterThanEquals: [numeric((a, b) => a >= b), false],
  DateEquals: [date(equal), false],
  DateNotEquals: [date(equal), true],
  DateLessThan: [date((a, b) => a < b), false],
  DateLessThanEquals: [date((a, b) => a <= b), false],
  DateGreaterThan: [date((a, b) => a > b), false],
  DateGreaterThanEquals: [date((a, b) => a >= b), false],
  Bool: [bool, false],
  BinaryEquals: [string, false],
  IpAddress: [ip, false],
  NotIpAddress: [ip, true],
  ArnEquals: [arn, false],
  ArnLike: [arn, false],
  ArnNotEquals: [arn, true],
  ArnNotLike: [arn, true],
  Null: [bool, false],
};

/** A compiled condition, or undefined when the operator or a value is none of IAM's. */
export function compileCondition(
  operator: string,
  key: string,
  values: readonly string[],
  variables: boolean,
): Condition | undefined {
  const found = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(operator);
  const entry = found && Object.hasOwn(operators, found[2]!) ? operators[found[2]!] : undefined;
  if (!found || !entry || key === '') return undefined;
  const isNull = found[2] === 'Null';
  if (isNull && (found[1] || found[3])) return undefined;
  const tests = values.map((value) => entry[0](value, variables));
  if (tests.includes(undefined)) return undefined;
  return {
    key: key.toLowerCase(),
    set: found[1] === 'ForAllValues' ? 'all' : found[1] ? 'any' : undefined,
    ifExists: found[3] !== undefined,
    negated: entry[1],
    isNull,
    tests: tests as Test[],
  };
}

/** Whether the request's values satisfy it. A missing key fails it, but for negated operators, IfExists and ForAllValues. */
export function holds(condition: Condition, lookup: Lookup): boolean {
  const values = lookup(condition.key);
  const present = values !== undefined && values.length > 0;
  if (condition.isNull) return condition.tests.some((test) => test(present ? 'false' : 'true', lookup));
  if (!present) return condition.ifExists || condition.set === 'all' || (condition.negated && condition.set !== 'any');
  const one = (value: string) => condition.tests.some((test) => test(value, lookup)) !== condition.negated;
  if (condition.set === 'all' || (condition.negated && condition.set === undefined)) return values.every(one);
  return values.some(one);
}

/** For the operators where `*` and `?` are themselves: only variables count. */
function literalGlob(value: string, variables: boolean): Glob {
  if (!variables) return { literal: value, parts: [], variables: false };
  return compileGlob(
    value.replace(/\$\{[^}]*\}|[*?]/g, (part) => (part.length > 1 ? part : `\${${part}}`)),
    true,
  );
}

function foldOutsideVariables(value: string): string {
  return value.replace(/\$\{[^}]*\}|[^$]+|\$/g, (part) => (part.startsWith('${') ? part : part.toLowerCase()));
}

function number(text: string): number | undefined {
  return /^[+-]?\d{1,20}(\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
}

/** Epoch ms of ISO 8601 text or epoch seconds. */
function instant(text: string): number | undefined {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return text.length === 4 ? Date.parse(text) : Number(text) * 1000;
  if (!/^\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/.test(text)) return undefined;
  const parsed = Date.parse(/T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
