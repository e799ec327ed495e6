import { invalid } from './refusals.ts';

/** The token of the page after a key's last part. */
export function tokenOf(last: string): string {
  return Buffer.from(last).toString('base64url');
}

/** What a token stands for; undefined without one. Throws InvalidParameterException. */
export function afterToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const last = Buffer.from(token, 'base64url').toString();
  if (last === '' || last.length > 300 || tokenOf(last) !== token) throw invalid("Invalid parameter at 'nextToken'");
  return last;
}
