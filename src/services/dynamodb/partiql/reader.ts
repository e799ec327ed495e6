import type { Failure } from '../../../kernel/index.ts';
import { invalid } from '../values/invalid.ts';
import { type AttributeValue, checkValue, normalizeValue } from '../values/item.ts';

/** One word of a statement: a name or keyword, a "quoted name", a 'text', a number, or a sign. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
}

/** A statement that is being read, and the parameters that its question marks stand for. */
export interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly parameters: readonly AttributeValue[];
  /** Question marks met so far. */
  used: number;
  /** How deep brackets are open. */
  depth: number;
}

const SHAPES = [
  ['name', /"((?:[^"]|"")*)"/y],
  ['text', /'((?:[^']|'')*)'/y],
  ['number', /(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y],
  ['word', /([A-Za-z_]\w*)/y],
  ['sign', /(<<|>>|<=|>=|<>|!=|[=<>()[\]{},:.?*+-])/y],
] as const;
const BLANK = /\s*/y;
const DEEPEST = 100;

/** Takes a statement apart into words. Throws ValidationException for what is none. */
export function openReader(statement: string, parameters: readonly AttributeValue[]): Reader {
  const tokens: Token[] = [];
  let at = skip(statement, 0);
  while (at < statement.length) {
    const found = tokenAt(statement, at);
    tokens.push(found.token);
    at = skip(statement, found.end);
  }
  for (const parameter of parameters) checkValue(parameter);
  return { tokens, at: 0, parameters: parameters.map(normalizeValue), used: 0, depth: 0 };
}

function skip(text: string, at: number): number {
  BLANK.lastIndex = at;
  BLANK.test(text);
  return BLANK.lastIndex;
}

function tokenAt(statement: string, at: number): { token: Token; end: number } {
  for (const [kind, shape] of SHAPES) {
    shape.lastIndex = at;
    const found = shape.exec(statement);
    if (!found) continue;
    const quote = kind === 'name' ? '"' : "'";
    const text = kind === 'name' || kind === 'text' ? found[1]!.replaceAll(quote + quote, quote) : found[1]!;
    return { token: { kind, text }, end: shape.lastIndex };
  }
  throw malformed(`Unexpected character at position ${at + 1}: ${statement.charAt(at)}`);
}

export function malformed(detail: string): Failure {
  return invalid(`Statement wasn't well formed, can't be processed: ${detail}`);
}

const END: Token = { kind: 'end', text: 'the end' };

export function peek(reader: Reader, ahead = 0): Token {
  return reader.tokens[reader.at + ahead] ?? END;
}

export function take(reader: Reader): Token {
  const token = peek(reader);
  reader.at++;
  return token;
}

/** Whether a token is this sign, or this keyword in any case. */
export function is({ kind, text }: Token, expected: string): boolean {
  return kind === 'sign' ? text === expected : kind === 'word' && text.toUpperCase() === expected;
}

/** Takes the next token if it is this sign or keyword. */
export function accept(reader: Reader, expected: string): boolean {
  if (!is(peek(reader), expected)) return false;
  reader.at++;
  return true;
}

export function expect(reader: Reader, ...expected: readonly string[]): void {
  for (const one of expected) if (!accept(reader, one)) throw malformed(`Expected ${one}, found ${peek(reader).text}`);
}

/** A name, quoted or not. */
export function takeName(reader: Reader): string {
  const { kind, text } = take(reader);
  if (kind !== 'name' && kind !== 'word') throw malformed(`Expected a name, found ${text}`);
  return text;
}

/** What comes between commas, at least one. */
export function listOf<T>(reader: Reader, element: (reader: Reader) => T): T[] {
  const list = [element(reader)];
  while (accept(reader, ',')) list.push(element(reader));
  return list;
}

/** Reads what is within brackets, which may be nested only so deep. */
export function within<T>(reader: Reader, read: (reader: Reader) => T): T {
  if (++reader.depth > DEEPEST) throw malformed('It is nested too deeply');
  const value = read(reader);
  reader.depth--;
  return value;
}
