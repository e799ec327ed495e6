import type { Failure } from '../../../kernel/index.ts';
import { invalid } from '../values/invalid.ts';

export type ExpressionKind = 'Condition' | 'Filter' | 'KeyCondition' | 'Update' | 'Projection';

/** word is an identifier, name a #placeholder, value a :placeholder; keywords and signs have themselves as type, in upper case. */
export interface Token {
  readonly type: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN', 'SET', 'REMOVE', 'ADD', 'DELETE']);

// Blanks, then one token: identifier, placeholder, list index, sign, or any other character, which no grammar has a use for.
const TOKEN = /[ \t\r\n]*(?:([A-Za-z]\w*)|([#:]\w+)|(0|[1-9]\d*)|(<>|<=|>=|[=<>()[\],.+-])|([^ \t\r\n]))/suy;

/** The tokens of an expression, the end (`<EOF>`) included; never throws (spec/backends.md §3.4). */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, word, placeholder, index, sign, other] = match;
    const found = word ?? placeholder ?? index ?? sign ?? other!;
    const end = TOKEN.lastIndex;
    tokens.push({ type: typeOf({ word, placeholder, index, sign }), text: found, start: end - found.length, end });
  }
  tokens.push({ type: 'end', text: '<EOF>', start: text.length, end: text.length });
  return tokens;
}

interface Groups {
  readonly word?: string;
  readonly placeholder?: string;
  readonly index?: string;
  readonly sign?: string;
}

function typeOf({ word, placeholder, index, sign }: Groups): string {
  if (word !== undefined) {
    const upper = word.toUpperCase();
    return KEYWORDS.has(upper) ? upper : 'word';
  }
  if (placeholder !== undefined) return placeholder.startsWith('#') ? 'name' : 'value';
  return index === undefined ? (sign ?? 'other') : 'index';
}

/** Where a parser stands in an expression. */
export interface Reader {
  readonly kind: ExpressionKind;
  readonly text: string;
  readonly tokens: readonly Token[];
  at: number;
  /** Parentheses that are open, and those of functions. */
  groups: number;
  calls: number;
  /** What the last closed pair of parentheses held. */
  wrapped?: object;
}

/** Starts reading an expression. Throws ValidationException for one that is empty or over 4 KB. */
export function openReader(kind: ExpressionKind, text: string): Reader {
  const size = Buffer.byteLength(text);
  if (size > 4096) {
    throw wrong(kind, `Expression size has exceeded the maximum allowed size; expression size: ${size}`);
  }
  const tokens = tokenize(text);
  if (tokens.length === 1) throw wrong(kind, 'The expression can not be empty;');
  return { kind, text, tokens, at: 0, groups: 0, calls: 0 };
}

/** The error of an expression of this kind. */
export function wrong(kind: ExpressionKind, detail: string): Failure {
  return invalid(`Invalid ${kind}Expression: ${detail}`);
}

/** The token that is next; the last one is the end. */
export function peek(reader: Reader, ahead = 0): Token {
  return reader.tokens[Math.min(reader.at + ahead, reader.tokens.length - 1)]!;
}

/** Whether the next token is of this type. */
export function isNext(reader: Reader, type: string): boolean {
  return peek(reader).type === type;
}

/** Takes the next token if it is of this type. */
export function accept(reader: Reader, type: string): Token | undefined {
  if (!isNext(reader, type)) return undefined;
  const token = peek(reader);
  reader.at++;
  return token;
}

/** Takes the next token, which has to be of this type. */
export function expect(reader: Reader, type: string): Token {
  return accept(reader, type) ?? stop(reader);
}

/** The syntax error at the next token, with the text from the token before it to the one behind it, blanks at the ends included. */
export function stop(reader: Reader): never {
  const token = peek(reader);
  const near = reader.text.slice(reader.tokens[reader.at - 1]?.start ?? 0, peek(reader, 1).end);
  throw wrong(reader.kind, `Syntax error; token: "${token.text}", near: "${near}"`);
}

// Groups with more levels are redundant or have more than 300 operators; without a bound, recursion would overflow the stack.
const MOST_OPEN = { groups: 310, calls: 1400 };

/** Opens parentheses, of a group or of a function's operands: a bound on recursion. */
export function open(reader: Reader, what: 'groups' | 'calls' = 'groups'): void {
  expect(reader, '(');
  reader[what]++;
  if (reader[what] > MOST_OPEN[what]) stop(reader);
}

/** Closes what open() opened around held. Throws when held stood in parentheses of its own already. */
export function close<T extends object>(reader: Reader, held: T): T {
  expect(reader, ')');
  reader.groups--;
  if (reader.wrapped === held) throw wrong(reader.kind, 'The expression has redundant parentheses;');
  reader.wrapped = held;
  return held;
}
