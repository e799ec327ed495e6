import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import type { Failure } from '../../kernel/index.ts';
import { type KeyPath, positionsOf } from './positions.ts';
import { refusedAt, shown, textOf } from './refused.ts';
import { type Declaration, declarationSchema } from './schema.ts';

export const DECLARATION = 'dalamb.toml';
const MOST_BYTES = 256 * 1024;

/** What an application says of itself, and how to complain about a part of it. */
export interface ReadDeclaration {
  readonly declaration: Declaration;
  /** BuildFailed with the line and column of that key. */
  readonly refuse: (path: KeyPath, what: string) => Failure;
}

/** Nothing is declared: all defaults. */
export const noDeclaration: ReadDeclaration = {
  declaration: declarationSchema.parse({}),
  refuse: (path, what) => refusedAt({ file: DECLARATION, line: 1, column: 1 }, `${nameOf(path)}: ${what}`),
};

/** Throws BuildFailed naming line, column and key. */
export function parseDeclaration(bytes: Uint8Array): ReadDeclaration {
  const text = textOf(DECLARATION, bytes, MOST_BYTES);
  const document = readToml(text);
  const tooFar = excess(document, 0);
  if (tooFar) throw refusedAt({ file: DECLARATION, line: 1, column: 1 }, tooFar);
  const position = positionsOf(text);
  const refuse = (path: KeyPath, what: string) =>
    refusedAt({ file: DECLARATION, ...position(path) }, path.length === 0 ? what : `${nameOf(path)}: ${what}`);
  const odd = protoKey(document, []);
  if (odd) throw refuse(odd, 'there is no such key');
  const parsed = declarationSchema.safeParse(document);
  if (!parsed.success) {
    const { issues } = parsed.error;
    throw complaint(issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!, refuse); // a typo is why another key is missing
  }
  return { declaration: parsed.data, refuse };
}

function readToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw refusedAt({ file: DECLARATION, line: 1, column: 1 }, 'it cannot be read as TOML');
    const what = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw refusedAt({ file: DECLARATION, line: error.line, column: error.column }, what);
  }
}

/** Parsers and schemas go through tables by calling themselves, and places are found by whole paths: neither is for paths without end. */
const DEEPEST = 64;
const LONGEST_KEY = 1024;

function excess(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST) return `tables and lists are nested at most ${DEEPEST} deep`;
  if (Object.keys(value).some((key) => key.length > LONGEST_KEY)) return `a key has at most ${LONGEST_KEY} characters`;
  for (const one of Object.values(value)) {
    const found = excess(one, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** A key that schemas pass over. */
function protoKey(value: unknown, path: KeyPath): KeyPath | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return [...path, '__proto__'];
  const inside = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, one] of inside) {
    const found = protoKey(one, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

function complaint(issue: z.core.$ZodIssue, refuse: ReadDeclaration['refuse']): Failure {
  const path = issue.path as KeyPath;
  if (issue.code === 'unrecognized_keys') return refuse([...path, issue.keys[0]!], 'there is no such key');
  if (issue.code === 'invalid_key') {
    const what = issue.issues[0]?.message ?? issue.message;
    return refuse(path, `${shown(String(path.at(-1)))} ${what}`);
  }
  if (issue.code === 'invalid_union')
    return refuse(path, 'it is no plain value: strings, numbers, booleans, lists and tables are');
  return refuse(path, plain(issue.message));
}

/** `Invalid input: expected number, received string` → `expected number, received string`. */
function plain(message: string): string {
  if (message.endsWith(', received undefined')) return 'it is missing';
  return message.replace(/^Invalid input: /, '');
}

/** `functions.web.events[0].source` */
function nameOf(path: KeyPath): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${bare(part)}`)).join('');
}

const bare = (key: string) => (/^[A-Za-z0-9_-]{1,60}$/.test(key) ? key : shown(key));
