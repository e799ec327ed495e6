import { invalid } from './refusals.ts';

/** The token of the page after a key. */
export function tokenOf(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key that a token stands for: so many texts. Throws ValidationException. */
export function keyOfToken(token: string, parts: number): readonly string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // as below
  }
  throw invalid('Invalid NextToken.');
}
