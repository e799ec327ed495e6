import { invalid } from './found.ts';

/** Tokens of lists: the last key given, as base64url of JSON. */
export function listToken(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

export function readListToken(token: string | undefined, parts: number): readonly (string | number)[] | undefined {
  if (token === undefined) return undefined;
  try {
    const key = JSON.parse(Buffer.from(token, 'base64url').toString());
    const good =
      Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string' || Number.isInteger(part));
    if (good) return key;
  } catch {
    // Not one of ours: refused below.
  }
  throw invalid('The specified nextToken is invalid.');
}
