import type { RawRule } from './service-model.ts';

/** A compiled rule of the published model. */
export interface Rule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly regex?: RegExp;
  readonly values?: ReadonlySet<string>;
  readonly element?: Rule;
  readonly key?: Rule;
  readonly value?: Rule;
}

/** Texts longer than this do not reach a pattern: no pattern of a model admits them. */
const LONGEST_MATCHED = 256 * 1024;

/** Compiles the rules of a model; a rule refers to earlier ones only. */
export function compileRules(raw: readonly RawRule[]): readonly Rule[] {
  const compiled: Rule[] = [];
  for (const rule of raw) {
    compiled.push({
      min: rule.min,
      max: rule.max,
      pattern: rule.pattern,
      regex: rule.pattern === undefined ? undefined : compilePattern(rule.pattern),
      values: rule.enum && new Set(rule.enum),
      element: rule.e === undefined ? undefined : compiled[rule.e],
      key: rule.k === undefined ? undefined : compiled[rule.k],
      value: rule.v === undefined ? undefined : compiled[rule.v],
    });
  }
  return compiled;
}

/** Java's patterns match whole texts. Those with \p or characters beyond 16 bits need u mode, where a bare - beside a class is an error. */
export function compilePattern(pattern: string): RegExp {
  const source = pattern
    .replace(/\\Z$/, '$')
    .replace(/^\\A/, '^')
    .replace(/\(\?([ims]+)\)(.*)$/s, '(?$1:$2)');
  if (!/\\p\{|\\x\{|\\u\{|\\uD8/i.test(source)) return new RegExp(`^(?:${source})$`, 's');
  return new RegExp(`^(?:${unicodeSource(source)})$`, 'su');
}

function unicodeSource(source: string): string {
  return source
    .replace(/\\x\{/g, '\\u{')
    .replace(/\\p\{(Alpha|Digit|Alnum|Punct|Space|ASCII|IsAlphabetic|Graph|Print)\}/g, (_, name: string) => POSIX[name]!)
    .replace(/\\([_:=@%'"#&<>~`!; ,-])/g, (_, character: string) => (character === '-' ? '\\-' : character))
    .replace(/\[((?:\\.|[^\]\\])*)\]/g, (_, body: string) => `[${escapeHyphens(body)}]`);
}

const POSIX: Readonly<Record<string, string>> = {
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: '\\s',
  ASCII: '\\x00-\\x7F',
  IsAlphabetic: '\\p{Alphabetic}',
  Graph: '!-~',
  Print: ' -~',
};

/** Escapes each - of a class body that cannot be a range because a class stands on one of its sides. */
function escapeHyphens(body: string): string {
  const parts = body.match(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|[\s\S]/gu) ?? [];
  const isClass = (part: string | undefined) => part === undefined || /^\\[pPwWdDsS]/.test(part);
  let ranged = false;
  return parts
    .map((part, index) => {
      if (part !== '-') return part;
      const bare = ranged || index === 0 || isClass(parts[index - 1]) || isClass(parts[index + 1]);
      ranged = !bare;
      return bare ? '\\-' : part;
    })
    .join('');
}

/** The first constraints that a value violates, as AWS words them (spec/lambda-api.md §1.2), each one `{shown, text}`. */
export function violated(rule: Rule, value: unknown): readonly string[] {
  if (typeof value === 'string' && passes(rule, value)) return NOTHING;
  const found: string[] = [];
  if (typeof value === 'string') checkText(rule, value, found);
  else if (typeof value === 'number') checkNumber(rule, value, found);
  else if (Array.isArray(value)) checkList(rule, value, found);
  else if (value instanceof Uint8Array) checkLength(rule, value.byteLength, found);
  else if (value !== null && typeof value === 'object' && !(value instanceof Date))
    checkMap(rule, value as Record<string, unknown>, found);
  return found;
}

const NOTHING: readonly string[] = Object.freeze([]);

/** Most texts are right, and short of both bounds in any way of counting. */
function passes({ min, max, regex, values }: Rule, value: string): boolean {
  const { length } = value;
  if ((max !== undefined && length > max) || (min !== undefined && length < min)) return false;
  if (regex && (length > LONGEST_MATCHED || !regex.test(value))) return false;
  return !values || values.has(value);
}

function checkText(rule: Rule, value: string, found: string[]): void {
  if (rule.max !== undefined || rule.min !== undefined) checkLength(rule, textLength(value, rule.max), found);
  if (rule.regex && (value.length > LONGEST_MATCHED || !rule.regex.test(value))) found.push(patternText(rule));
  if (rule.values && !rule.values.has(value)) found.push(enumText(rule));
}

/** Unicode characters; counted only when it matters. */
function textLength(value: string, max: number | undefined): number {
  return max !== undefined && value.length > max && value.length <= 2 * max ? [...value].length : value.length;
}

function checkLength(rule: Rule, length: number, found: string[]): void {
  if (rule.max !== undefined && length > rule.max) found.push(`Member must have length less than or equal to ${rule.max}`);
  if (rule.min !== undefined && length < rule.min) found.push(`Member must have length greater than or equal to ${rule.min}`);
}

function checkNumber(rule: Rule, value: number, found: string[]): void {
  if (rule.max !== undefined && value > rule.max)
    found.push(`Member must have value less than or equal to ${shownNumber(rule.max)}`);
  if (rule.min !== undefined && value < rule.min)
    found.push(`Member must have value greater than or equal to ${shownNumber(rule.min)}`);
}

function checkList(rule: Rule, values: readonly unknown[], found: string[]): void {
  checkLength(rule, values.length, found);
  const { element } = rule;
  if (!element) return;
  if (values.some((value) => typeof value !== 'object' && violated(element, value).length > 0)) {
    found.push(`Member must satisfy constraint: [${all(element, values[0], true)}]`);
  }
}

function checkMap(rule: Rule, map: Readonly<Record<string, unknown>>, found: string[]): void {
  const keys = Object.keys(map);
  checkLength(rule, keys.length, found);
  if (rule.key && keys.some((key) => violated(rule.key!, key).length > 0))
    found.push(`Map keys must satisfy constraint: [${all(rule.key, '', false)}]`);
  const { value } = rule;
  if (value && keys.some((key) => typeof map[key] !== 'object' && violated(value, map[key]).length > 0)) {
    found.push(`Map value must satisfy constraint: [${all(value, map[keys[0]!], true)}]`);
  }
}

/** Every constraint of a rule, in the order that was recorded. */
function all(rule: Rule, sample: unknown, notNull: boolean): string {
  const word = typeof sample === 'number' ? 'value' : 'length';
  const shown = (bound: number) => (word === 'value' ? decimal(bound) : String(bound));
  const texts: string[] = [];
  if (rule.max !== undefined) texts.push(`Member must have ${word} less than or equal to ${shown(rule.max)}`);
  if (rule.min !== undefined) texts.push(`Member must have ${word} greater than or equal to ${shown(rule.min)}`);
  if (rule.regex) texts.push(patternText(rule));
  if (rule.values) texts.push(enumText(rule));
  if (notNull) texts.push('Member must not be null');
  return texts.join(', ');
}

const patternText = (rule: Rule) => `Member must satisfy regular expression pattern: ${rule.pattern}`;
const enumText = (rule: Rule) => `Member must satisfy enum value set: [${[...rule.values!].join(', ')}]`;
const shownNumber = (bound: number) => String(bound);
const decimal = (bound: number) => (Number.isInteger(bound) ? `${bound}.0` : String(bound));
