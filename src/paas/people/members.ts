import { allRows, platformFailure, type Transaction } from '../../kernel/index.ts';
import { type Actor, EVERY, type Grant } from '../../model/index.ts';
import { applications } from '../collections.ts';
import { type Membership, memberships, sshKeys, tokens } from './collections.ts';
import type { PeopleDeps } from './people.ts';
import { MOST_GRANTS, scopeText } from './roles.ts';
import { MOST_SSH_KEYS } from './ssh-keys.ts';
import { MOST_TOKENS } from './tokens.ts';

const MOST_MEMBERSHIPS = 10_000;
const PAGE = 1000;

/** Gives a user a role; another role on the same is replaced. Rejects with NoSuchThing, and with InvalidRequest beyond what one user, or all, may have. */
export async function addMember(
  { store, clock, audit }: PeopleDeps,
  user: string,
  grant: Grant,
  actor: Actor,
): Promise<Membership> {
  const at = clock.now();
  const { role, app, account } = grant;
  const membership = { user, role, app, account, createdAt: at, createdBy: actor.name };
  await store.transact(async (tx) => {
    if (app !== EVERY && !(await tx.get(applications, [app]))) throw platformFailure('NoSuchThing', `application ${app}`);
    const replaces = await tx.get(memberships, [user, app, account]);
    const isFull = (await tx.count(memberships, [user])) >= MOST_GRANTS || (await tx.count(memberships, [])) >= MOST_MEMBERSHIPS;
    if (isFull && !replaces)
      throw platformFailure('InvalidRequest', `a user has at most ${MOST_GRANTS} roles, and all have ${MOST_MEMBERSHIPS}`);
    await tx.put(memberships, membership);
    await audit(tx, { actor, action: 'members:add', ...audited(grant), detail: `${user} is ${scopeText(grant)}`, at });
  });
  return membership;
}

const audited = ({ app, account }: Pick<Grant, 'app' | 'account'>) => ({
  ...(app === '*' ? {} : { app }),
  ...(account === '*' ? {} : { account }),
});

/** Takes one role away. Who has none left is no user any more: tokens and SSH keys go too. Rejects with NoSuchThing. */
export async function removeMember(
  { store, clock, audit }: PeopleDeps,
  { user, app, account }: Pick<Membership, 'user' | 'app' | 'account'>,
  actor: Actor,
): Promise<{ readonly last: boolean }> {
  return store.transact(async (tx) => {
    const found = await tx.get(memberships, [user, app, account]);
    if (!found)
      throw platformFailure('NoSuchThing', `${user} has no role on just that`, {
        fields: { next: 'see who has what with: dalamb members' },
      });
    const last = await leave(tx, found);
    const detail = `${user} is no longer ${scopeText(found)}${last ? ', and has no role left: tokens and SSH keys are gone' : ''}`;
    await audit(tx, { actor, action: 'members:remove', ...audited(found), detail, at: clock.now() });
    return { last };
  });
}

async function leave(tx: Transaction, { user, app, account }: Membership): Promise<boolean> {
  await tx.delete(memberships, [user, app, account]);
  if ((await tx.range(memberships, { prefix: [user], limit: 1 })).items.length > 0) return false;
  const held = { index: 'user', prefix: [user] };
  for (const { id } of (await tx.range(tokens, { ...held, limit: MOST_TOKENS })).items) await tx.delete(tokens, [id]);
  for (const { fingerprint } of (await tx.range(sshKeys, { ...held, limit: MOST_SSH_KEYS })).items)
    await tx.delete(sshKeys, [fingerprint]);
  return true;
}

/** Takes away all roles on an application, or in an environment, that ends: whoever gets its name later begins anew. In the caller's transaction. */
export async function endRoles(tx: Transaction, on: { readonly app: string } | { readonly account: string }): Promise<void> {
  const range = 'app' in on ? { index: 'app', prefix: [on.app] } : { index: 'account', prefix: [on.account] };
  for (;;) {
    const { items } = await tx.range(memberships, { ...range, limit: PAGE });
    if (items.length === 0) return;
    for (const one of items) await leave(tx, one);
  }
}

/** All roles of all, by user. At most 10,000. */
export const listMembers = ({ store }: PeopleDeps): Promise<readonly Membership[]> => allRows(store.read, memberships);
