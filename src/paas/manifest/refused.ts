import { type Failure, platformFailure } from '../../kernel/index.ts';

/** Where something is wrong in a file of the repository, as editors and compilers write it; lines and columns from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** BuildFailed: `Procfile:3:1: what is wrong`. */
export function refusedAt({ file, line, column }: Place, what: string): Failure {
  return platformFailure('BuildFailed', `${file}:${line}:${column}: ${what}`);
}

/** A word of somebody's file in a message: short, and without what a terminal would obey. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a small file of the repository; a byte order mark is passed over. Throws BuildFailed for what is no text of at most limit bytes. */
export function textOf(file: string, bytes: Uint8Array, limit: number): string {
  if (bytes.byteLength > limit) throw refusedAt({ file, line: 1, column: 1 }, `it has more than ${limit} bytes`);
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw refusedAt({ file, line: 1, column: 1 }, 'it is not UTF-8');
  }
  const bad = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.exec(text);
  if (bad) throw refusedAt({ file, ...placeIn(text, bad.index) }, `a control character, U+${code(bad[0])}`);
  return text;
}

const code = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();

/** Line and column of an offset. */
export function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}
