import type { Clock, Ids, SecretBox } from '../../kernel/index.ts';
import { type Credentials, type KnownKey, rootArn } from '../../model/index.ts';

/** What a session token says, sealed. It needs no row: the platform opens what it sealed. */
export interface Claims {
  readonly account: string;
  readonly accessKeyId: string;
  readonly secret: string;
  /** Epoch ms. */
  readonly issued: number;
  readonly expires: number;
  /** Absent: a session of the account itself. */
  readonly role?: { readonly name: string; readonly id: string; readonly arn: string; readonly session: string };
  readonly environment?: string;
  readonly policies?: readonly string[];
}

const PURPOSE = 'sts.session';

export interface TokenDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly box: SecretBox;
}

/** Makes temporary credentials that carry all they mean. durationMs from now. */
export function sealSession(
  deps: TokenDeps,
  session: Omit<Claims, 'accessKeyId' | 'secret' | 'issued' | 'expires'>,
  durationMs: number,
): Credentials {
  const issued = deps.clock.now();
  const accessKeyId = `ASIA${deps.ids.base32(16)}`;
  const secret = Buffer.from(deps.ids.hex(30), 'hex').toString('base64');
  const claims: Claims = { ...session, accessKeyId, secret, issued, expires: issued + durationMs };
  return {
    accessKeyId,
    secretAccessKey: secret,
    sessionToken: deps.box.seal(JSON.stringify(claims), PURPOSE),
    expiration: claims.expires,
  };
}

/** Longest token that is looked at: claims and session policies never need more. */
const LONGEST = 64 * 1024;

/** Undefined when the platform did not seal it, or for another key. */
export function openSession(box: SecretBox, accessKeyId: string, token: string): Claims | undefined {
  if (token.length > LONGEST) return undefined;
  const plain = box.open(token, PURPOSE);
  if (plain === undefined) return undefined;
  const claims: Claims = JSON.parse(plain);
  return claims.accessKeyId === accessKeyId ? claims : undefined;
}

/** Who holds a session, and the secret that signs for it. */
export function knownKey(claims: Claims): KnownKey {
  const { account, accessKeyId, role } = claims;
  const common = {
    account,
    accessKeyId,
    ...(claims.environment === undefined ? {} : { environment: claims.environment }),
    ...(claims.policies === undefined ? {} : { sessionPolicies: claims.policies }),
  };
  const principal = role
    ? { ...common, kind: 'role' as const, role, arn: sessionArn(account, role), userId: `${role.id}:${role.session}` }
    : { ...common, kind: 'root' as const, arn: rootArn(account), userId: account };
  return { secret: claims.secret, principal, expiration: claims.expires };
}

/** `arn:aws:sts::…:assumed-role/NAME/SESSION`: the role's path is not in it. */
export function sessionArn(account: string, role: { readonly name: string; readonly session: string }): string {
  return `arn:aws:sts::${account}:assumed-role/${role.name}/${role.session}`;
}
