import { invalid } from './invalid.ts';

/** A number of DynamoDB as sign × d.ddd × 10^exponent. digits have no zeros at either end; zero has none at all and sign 0. */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  /** -130 to 125. */
  readonly exponent: number;
}

const ZERO: Decimal = { sign: 0, digits: '', exponent: 0 };
const MAX_DIGITS = 38;
const GRAMMAR = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/;

/** Reads a number's text. Throws ValidationException with AWS's texts (spec/backends.md §3.3, §3.5) when it is none or out of range. */
export function parseNumber(text: string): Decimal {
  if (text === '') throw invalid('The parameter cannot be converted to a numeric value');
  const [, sign, whole = '', fraction = '', power = '0'] = GRAMMAR.exec(text) ?? [];
  if (whole === '' && fraction === '') throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  return inRange(sign === '-' ? -1 : 1, { all: whole + fraction, first: whole.length - 1 + Number(power) });
}

const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
const UNDERFLOW = 'Number underflow. Attempting to store a number with magnitude smaller than supported range';
const IMPRECISE = 'Attempting to store more than 38 significant digits in a Number';

/** all is digits with zeros at its ends, its first one worth 10^first; imprecise is what too many digits are told. */
function inRange(sign: -1 | 1, { all, first }: { all: string; first: number }, imprecise = IMPRECISE): Decimal {
  let start = 0;
  while (all.charCodeAt(start) === 48) start++;
  if (start === all.length) return ZERO;
  let end = all.length;
  while (all.charCodeAt(end - 1) === 48) end--;
  const exponent = first - start;
  if (exponent > 125) throw invalid(OVERFLOW);
  if (exponent < -130) throw invalid(UNDERFLOW);
  if (end - start > MAX_DIGITS) throw invalid(imprecise);
  return { sign, digits: all.slice(start, end), exponent };
}

/** The text that AWS returns for a number: plain digits, no exponent, no zeros without meaning. */
export function formatNumber({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return '0';
  const minus = sign < 0 ? '-' : '';
  if (exponent < 0) return `${minus}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = exponent + 1;
  if (digits.length <= whole) return minus + digits.padEnd(whole, '0');
  return `${minus}${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

const CANONICAL = /^(?:0|-?[1-9]\d{0,17}|-?(?:0|[1-9]\d{0,8})\.\d{0,8}[1-9])$/;

/** A number's text as AWS returns it. Throws as parseNumber does; what is canonical and short already costs one regular expression. */
export function canonicalNumber(text: string): string {
  return CANONICAL.test(text) ? text : formatNumber(parseNumber(text));
}

// Doubles keep 15 significant digits apart and in order.
const EXACT = 15;

/** Negative, zero or positive, as a is below, equal to or above b. Both are canonical texts. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length <= EXACT && b.length <= EXACT) return Number(a) - Number(b);
  return compareDecimals(parseNumber(a), parseNumber(b));
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.exponent !== b.exponent) return a.sign * (a.exponent - b.exponent);
  // Without zeros at the end the order of the digits' texts is that of the numbers.
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign;
}

/** The exact sum of two canonical texts. Throws ValidationException when it is out of range or needs more than 38 digits. */
export function addNumbers(a: string, b: string): string {
  const quick = a.length <= EXACT && b.length <= EXACT ? Number(a) + Number(b) : Number.NaN;
  if (isWhole(a) && isWhole(b) && Number.isSafeInteger(quick)) return String(quick);
  return addDecimals(parseNumber(a), parseNumber(b));
}

/** The exact difference of two canonical texts; throws as addNumbers does. */
export function subtractNumbers(a: string, b: string): string {
  if (b === '0') return canonicalNumber(a);
  return addNumbers(a, b.startsWith('-') ? b.slice(1) : `-${b}`);
}

const isWhole = (text: string) => !text.includes('.');

function addDecimals(a: Decimal, b: Decimal): string {
  const [endA, endB] = [lastPlace(a), lastPlace(b)];
  const end = Math.min(endA, endB);
  const sum = scaled(a, endA - end) + scaled(b, endB - end);
  if (sum === 0n) return '0';
  const all = (sum < 0n ? -sum : sum).toString();
  // AWS tells a sum of too many digits as an overflow.
  return formatNumber(inRange(sum < 0n ? -1 : 1, { all, first: all.length - 1 + end }, OVERFLOW));
}

/** The power of ten that a number's last digit is worth. */
function lastPlace({ sign, digits, exponent }: Decimal): number {
  return sign === 0 ? 125 : exponent - digits.length + 1;
}

function scaled({ sign, digits }: Decimal, zeros: number): bigint {
  return sign === 0 ? 0n : BigInt(sign) * BigInt(digits) * 10n ** BigInt(zeros);
}
