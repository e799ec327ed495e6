/** JSON Web Tokens as HTTP APIs read them (spec/event-sources.md §6.1): what they say, and whether it holds; signatures are checked elsewhere. */

export interface JsonWebToken {
  readonly algorithm: string;
  readonly keyId?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature covers. */
  readonly signed: string;
  readonly signature: Buffer;
}

const MOST_LENGTH = 16 * 1024;
const PART = /^[A-Za-z0-9_-]+$/;

/** Of a header's or parameter's value, with or without `Bearer `; undefined when it is no signed token. */
export function parseToken(value: string): JsonWebToken | undefined {
  const text = value.replace(/^Bearer +/i, '');
  const parts = text.split('.');
  if (text.length > MOST_LENGTH || parts.length !== 3 || !parts.every((part) => PART.test(part))) return undefined;
  const [head, body, signature] = parts as [string, string, string];
  const header = objectOf(head);
  const claims = objectOf(body);
  // What `crit` names must be understood, and nothing is.
  if (typeof header?.alg !== 'string' || !claims || header.crit !== undefined) return undefined;
  return {
    algorithm: header.alg,
    ...(typeof header.kid === 'string' && { keyId: header.kid }),
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function objectOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export interface TokenRules {
  readonly issuer: string;
  /** One of them must be in `aud`, or be `client_id` where there is no `aud`. */
  readonly audience: readonly string[];
}

/** Why claims do not hold at that time (epoch ms); undefined: they do. */
export function claimFault(claims: JsonWebToken['claims'], { issuer, audience }: TokenRules, now: number): string | undefined {
  const { iss, aud, client_id: client, exp, nbf, iat } = claims;
  const seconds = now / 1000;
  if (iss !== issuer) return 'the issuer does not match';
  const meant = aud === undefined ? [client] : Array.isArray(aud) ? aud : [aud];
  if (!meant.some((one) => typeof one === 'string' && audience.includes(one))) return 'the audience does not match';
  if (typeof exp !== 'number' || exp <= seconds) return 'the token has expired';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= seconds)) return 'the token is not valid yet';
  if (iat !== undefined && !(typeof iat === 'number' && iat <= seconds)) return 'the token was issued in the future';
  return undefined;
}

/** Scopes of `scope` (a text with spaces) or `scp`. */
export function scopesOf({ scope, scp }: JsonWebToken['claims']): readonly string[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ').filter((one) => one !== '');
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}

/** Claims as events show them: texts, lists as `[a b]`. */
export function claimTexts(claims: JsonWebToken['claims']): Record<string, string> {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
}

function claimText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return JSON.stringify(value);
}
