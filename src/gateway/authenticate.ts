import type { FindKey, Principal, SandboxCaller } from '../model/index.ts';
import { rootArn } from '../model/index.ts';
import type { Match, Signature, Wire } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import { expiredKey, missingToken, unknownKey } from './refusals.ts';

export type AuthMode = 'local' | 'strict';

export interface Authentication {
  readonly mode: AuthMode;
  readonly wire: Pick<Wire, 'verify'>;
  readonly findKey: FindKey;
}

export const DEFAULT_ACCOUNT = '000000000000';

/**
 * Who asks (DESIGN §6). A key that dalamb knows is always verified. In mode `local` any other key, or none, is the root of an account,
 * unless a browser brings it: strangers get no leniency, and presigned queries of unknown keys are refused to every page.
 */
export async function authenticate(
  auth: Authentication,
  exchange: Exchange,
  signature: Signature,
  match: Match,
): Promise<Principal> {
  if (exchange.sandbox) return authenticateSandbox(auth, exchange, signature, match);
  if (signature.kind === 'anonymous') {
    if (isMessageLink(exchange, match)) return anonymous;
    if (auth.mode === 'local' && exchange.visitor !== 'stranger') return localRoot(DEFAULT_ACCOUNT, '');
    if (match.service !== 's3') throw missingToken(match);
    return anonymous;
  }
  const known = await verifyKnown(auth, exchange, signature, match);
  if (known) return known;
  if (auth.mode === 'strict' || !isTrusted(exchange, signature.presigned)) throw unknownKey(match, signature.accessKeyId);
  return localRoot(/^\d{12}$/.test(signature.accessKeyId) ? signature.accessKeyId : DEFAULT_ACCOUNT, signature.accessKeyId);
}

/** What SNS's messages link to is opened without a signature, from mail readers too: what it names is secret enough (spec/backends.md §1.1). */
export function isMessageLink({ method }: Pick<Exchange, 'method'>, { service, operation }: Match): boolean {
  return method === 'GET' && service === 'sns' && (operation === 'ConfirmSubscription' || operation === 'Unsubscribe');
}

/** A presigned query may have been put into a page by anybody, even into one of ours. */
function isTrusted(exchange: Exchange, presigned: boolean): boolean {
  return exchange.visitor === 'program' || (!presigned && exchange.visitor === 'own-page');
}

/** Inside a sandbox only credentials hold that dalamb issued to its role, or that these obtained; in every mode, always verified. */
async function authenticateSandbox(
  auth: Authentication,
  exchange: Exchange,
  signature: Signature,
  match: Match,
): Promise<Principal> {
  if (signature.kind === 'anonymous') throw missingToken(match);
  const principal = await verifyKnown(auth, exchange, signature, match);
  if (!principal || !belongsTo(principal, exchange.sandbox!)) throw unknownKey(match, signature.accessKeyId);
  return principal;
}

function belongsTo(principal: Principal, caller: SandboxCaller): boolean {
  if (principal.kind !== 'role') return false;
  return principal.role?.arn === caller.role || principal.environment === caller.environment;
}

type Signed = Extract<Signature, { kind: 'signed' }>;

async function verifyKnown(
  auth: Authentication,
  exchange: Exchange,
  signature: Signed,
  match: Match,
): Promise<Principal | undefined> {
  const known = await auth.findKey(signature.accessKeyId, signature.sessionToken);
  if (!known) return undefined;
  const verified = auth.wire.verify(exchange, match, known.secret, exchange.now);
  if (verified) await verified;
  if (known.expiration !== undefined && known.expiration <= exchange.now) throw expiredKey(match);
  return known.principal;
}

const anonymous: Principal = { account: '', arn: '*', userId: 'anonymous', accessKeyId: '', kind: 'anonymous' };

/** What mode `local` takes an unknown key for. */
export function localRoot(account: string, accessKeyId: string): Principal {
  return { account, arn: rootArn(account), userId: account, accessKeyId, kind: 'root' };
}
