import { compileGlob, matchesGlob } from './globs.ts';
import { compileLinearRegex } from './linear-regex.ts';

/** `"a phrase"`, `%a regex%` or a bare word, as a test that looks for it inside a message. Case counts. */
export function textTest(token: string): ((message: string) => boolean) | undefined {
  if (isRegex(token)) return compileLinearRegex(token.slice(1, -1));
  const text = unquote(token);
  return text === '' ? undefined : (message) => message.includes(text);
}

/** A comparison with a value, as a test of a whole field. Numbers compare as numbers, texts may hold `*`. */
export function fieldTest(operator: string, token: string): ((value: string | number) => boolean) | undefined {
  const negated = operator === '!=';
  if (isRegex(token)) {
    const regex = operator === '=' || negated ? compileLinearRegex(token.slice(1, -1)) : undefined;
    return regex && ((value) => regex(String(value)) !== negated);
  }
  const number = /^"/.test(token) ? Number.NaN : toNumber(token);
  if (operator === '=' || negated) {
    const glob = compileGlob(
      unquote(token).replaceAll('?', () => '$' + '{?}'),
      true,
    );
    const equal = (value: string | number) =>
      (!Number.isNaN(number) && toNumber(value) === number) || matchesGlob(glob, String(value));
    return (value) => equal(value) !== negated;
  }
  if (Number.isNaN(number)) return undefined;
  const compare = orders[operator];
  return compare && ((value) => compare(toNumber(value), number));
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function isRegex(token: string): boolean {
  return token.length > 2 && token.startsWith('%') && token.endsWith('%');
}

function unquote(token: string): string {
  if (!token.startsWith('"')) return token;
  return token.slice(1, -1).replace(/\\(.)/g, '$1');
}

function toNumber(value: string | number): number {
  if (typeof value === 'number') return value;
  return /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
}
