import { createHash, timingSafeEqual } from 'node:crypto';
import { allRows, platformFailure, type Transaction } from '../../kernel/index.ts';
import { type Actor, EVERY, type Grant, scopeOf, tokenExpiry } from '../../model/index.ts';
import { memberships, type StoredToken, tokens } from './collections.ts';
import type { PeopleDeps } from './people.ts';

/** An id by which it is found, and 260 random bits by which it is believed. */
const TOKEN = /^dlb_([A-Z2-7]{16})_([A-Z2-7]{52})$/;

/** Tokens of one user. */
export const MOST_TOKENS = 100;
const USUAL_EXPIRY = '90d';

export interface TokenWish {
  readonly user: string;
  /** `ROLE[:APP][@ENVIRONMENT]`; left out: all that the user may. */
  readonly scope?: string | undefined;
  /** `12h`, `90d` (default), `2027-01-31`, `never`. */
  readonly expires?: string | undefined;
  readonly note?: string | undefined;
}

/** What of a token may be shown. */
export type TokenShown = Omit<StoredToken, 'hash'>;

export function shownToken({ hash: _, ...token }: StoredToken): TokenShown {
  return token;
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Makes a token for a user who has a role already. Rejects with InvalidRequest, NoSuchThing. The token itself is in this answer alone. */
export async function createToken(
  deps: PeopleDeps,
  wish: TokenWish,
  actor: Actor,
): Promise<TokenShown & { readonly token: string }> {
  const { store, clock, ids, audit } = deps;
  const at = clock.now();
  const { user, note } = wish;
  const scope = wish.scope === undefined ? undefined : await grantOf(deps, wish.scope);
  const expiresAt = tokenExpiry(wish.expires ?? USUAL_EXPIRY, at);
  const [id, secret] = [ids.base32(16), ids.base32(52)];
  const stored: StoredToken = {
    id,
    user,
    hash: hashOf(secret).toString('hex'),
    ...(scope && { scope }),
    ...(note !== undefined && { note }),
    ...(expiresAt !== undefined && { expiresAt }),
    createdAt: at,
    createdBy: actor.name,
  };
  await store.transact(async (tx) => {
    await checkUser(tx, user);
    const { items } = await tx.range(tokens, { index: 'user', prefix: [user], limit: MOST_TOKENS });
    for (const one of items.filter((token) => isOver(token, at))) await tx.delete(tokens, [one.id]);
    if (items.filter((token) => !isOver(token, at)).length >= MOST_TOKENS)
      throw platformFailure('InvalidRequest', `${user} has ${MOST_TOKENS} tokens: revoke some with dalamb tokens:revoke`);
    await tx.put(tokens, stored);
    await audit(tx, { actor, action: 'tokens:create', detail: `${id} for ${user}`, at });
  });
  return { ...shownToken(stored), token: `dlb_${id}_${secret}` };
}

async function grantOf({ findEnvironment }: PeopleDeps, text: string): Promise<Grant> {
  const { role, app, environment } = scopeOf(text);
  const found = environment === undefined ? undefined : await findEnvironment(environment);
  if (environment !== undefined && !found) throw platformFailure('NoSuchThing', `environment ${environment}`);
  return { role, app: app ?? EVERY, account: found?.account ?? EVERY };
}

/** Rejects with NoSuchThing unless the user has a role somewhere. */
export async function checkUser(tx: Transaction, user: string): Promise<void> {
  const { items } = await tx.range(memberships, { prefix: [user], limit: 1 });
  if (items.length === 0)
    throw platformFailure('NoSuchThing', `user ${user}`, {
      fields: { next: `give them a role: dalamb members:add ${user} --role ROLE` },
    });
}

/** Makes a token worthless, at once. */
export async function revokeToken({ store, clock, audit }: PeopleDeps, token: StoredToken, actor: Actor): Promise<void> {
  await store.transact(async (tx) => {
    if (!(await tx.delete(tokens, [token.id]))) return;
    await audit(tx, { actor, action: 'tokens:revoke', detail: `${token.id} of ${token.user}`, at: clock.now() });
  });
}

/**
 * Who a token belongs to. A guess costs no more than one read by key and one hash, and what has not a token's shape not even that; with 260
 * random bits there is nothing to be had by trying.
 */
export async function findTokenActor({ store, clock }: PeopleDeps, text: string): Promise<Actor | undefined> {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const stored = await store.read.get(tokens, [id]);
  const same = timingSafeEqual(hashOf(secret), Buffer.from(stored?.hash ?? '0'.repeat(64), 'hex'));
  if (!stored || !same || isOver(stored, clock.now())) return undefined;
  const { user, scope } = stored;
  return { name: user, kind: 'user', credential: `token ${id}`, ...(scope && { scope }) };
}

const isOver = ({ expiresAt }: StoredToken, now: number) => expiresAt !== undefined && expiresAt <= now;

/** Those of one user, or of all, by id. */
export async function listTokens({ store }: PeopleDeps, user: string | undefined): Promise<readonly TokenShown[]> {
  const found = await allRows(store.read, tokens, user === undefined ? {} : { index: 'user', prefix: [user] });
  return found.map(shownToken);
}
