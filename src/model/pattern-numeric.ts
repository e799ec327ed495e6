import { invalidPattern, TOO_MANY } from './pattern-errors.ts';

type Compare = (value: number, bound: number) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `{"numeric": [op, n]}` or `[op, n, op, n]`: compares numbers only, in double precision. Throws InvalidEventPatternException. */
export function compileNumeric(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array.');
  const [operator, bound, ...rest] = operand as readonly unknown[];
  if (typeof operator !== 'string') throw invalidPattern(`Invalid member in numeric match: ${shown(operator)}`);
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (operator !== '=' && !compare) throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
  const low = number(bound, operator === '=' ? 'equals' : operator);
  if (!compare) {
    if (rest.length > 0) throw invalidPattern(TOO_MANY);
    return (value) => value === low;
  }
  if (rest.length === 0) return numbers((value) => compare(value, low));
  if (operator.startsWith('<')) throw invalidPattern(TOO_MANY);
  const [upper, high] = upperBound(rest, low);
  return numbers((value) => compare(value, low) && upper(value, high));
}

function upperBound([operator, bound, ...rest]: readonly unknown[], low: number): [Compare, number] {
  if (typeof operator !== 'string') throw invalidPattern(`Bad value in numeric range: ${shown(operator)}`);
  if (operator !== '<' && operator !== '<=') throw invalidPattern(`Bad numeric range operator: ${operator}`);
  const high = number(bound, operator);
  if (rest.length > 0) throw invalidPattern('Too many terms in numeric range expression');
  if (low >= high) throw invalidPattern('Bottom must be less than top');
  return [COMPARISONS[operator]!, high];
}

function numbers(test: (value: number) => boolean): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && test(value);
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number') throw invalidPattern(`Value of ${name} must be numeric`);
  return value;
}

function shown(value: unknown): string {
  return value === undefined
    ? ']'
    : Array.isArray(value)
      ? '['
      : typeof value === 'object' && value !== null
        ? '{'
        : String(value);
}
