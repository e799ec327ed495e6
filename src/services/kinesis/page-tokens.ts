import { type Failure, fail } from '../../kernel/index.ts';
import { invalidArgument } from './found.ts';

const LIFE_MS = 300_000;

/** Where a list goes on, as opaque text for five minutes; it opens nothing that its caller may not see. */
export function pageToken(parts: readonly string[], now: number): string {
  return Buffer.from(JSON.stringify([now, ...parts])).toString('base64url');
}

/** The parts of a token. Throws InvalidArgumentException, ExpiredNextTokenException. */
export function readToken(token: string, count: number, now: number): readonly string[] {
  const [issued, ...parts] = parse(token);
  if (typeof issued !== 'number' || parts.length !== count || parts.some((part) => typeof part !== 'string')) throw invalid();
  if (now - issued > LIFE_MS) throw fail('ExpiredNextTokenException', 'The pagination token passed to the operation is expired.');
  return parts as string[];
}

function parse(token: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

const invalid = (): Failure => invalidArgument('Invalid NextToken.');
