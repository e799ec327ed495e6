import fs from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { fail } from '../kernel/index.ts';
import type { Stage } from './stage.ts';

/** JSON of the command line; what: how it is called where it is none. Throws WrongUsage. */
export function jsonOf(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('WrongUsage', `${what} is no JSON: ${(error as Error).message}`);
  }
}

/** An argument or option that is a whole number, as commander reads it. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it is no whole number.');
  return Number(text);
}

/** What is in a file; - is standard input. Rejects with WrongUsage. */
export async function textOf({ io }: Stage, file: string): Promise<string> {
  if (file === '-') return (await io.stdin()).toString('utf8');
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw fail('WrongUsage', `${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The application's part of the control API. Rejects with WrongUsage. */
export async function appPath(stage: Stage, rest = ''): Promise<string> {
  return `/apps/${encodeURIComponent(await stage.app())}${rest}`;
}
