import { fail } from '../../kernel/index.ts';

/** Where a list goes on, as opaque text. */
export function pageToken(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a token, each of the kind that is named. Throws InvalidNextToken. */
export function readToken(token: string, kinds: readonly ('string' | 'number')[]): readonly (string | number)[] {
  const parts = parse(token);
  if (parts.length === kinds.length && parts.every((part, i) => typeof part === kinds[i])) return parts as string[];
  throw fail('InvalidNextToken', 'Invalid nextToken');
}

function parse(token: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
