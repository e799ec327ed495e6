import { invalidParameter, invalidValue } from './refusals.ts';

const MOST = 1000;

/** MaxResults of a list; 1,000 when it is not given. Throws InvalidParameterValue. */
export function readLimit(asked: number | undefined): number {
  if (asked === undefined) return MOST;
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST)
    throw invalidValue(asked, 'MaxResults', `Must be between 1 and ${MOST}, if provided.`);
  return asked;
}

/** The last name given, as a token. */
export function listToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

/** Throws InvalidParameterValue for what is no token. */
export function readListToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (!/^[\w.-]{1,80}$/.test(name)) throw invalidParameter('Invalid or expired next token.');
  return name;
}
