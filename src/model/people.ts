import { platformFailure } from '../kernel/index.ts';
import type { Actor, AppRole, Grant } from './application-ports.ts';

/** Part of a grant: all applications, or all environments. */
export const EVERY = '*';

const RANK: Readonly<Record<AppRole, number>> = { reader: 1, deployer: 2, owner: 3 };

export const appRoles: readonly AppRole[] = ['reader', 'deployer', 'owner'];

/** What somebody acts on; app left out: the environment itself, account left out: the platform. */
export interface ActedOn {
  readonly app?: string | undefined;
  readonly account?: string | undefined;
}

/** Whether one of the grants gives at least that role on all of it. */
export function gives(grants: readonly Grant[], role: AppRole, on: ActedOn): boolean {
  return grants.some((grant) => RANK[grant.role] >= RANK[role] && covers(grant.app, on.app) && covers(grant.account, on.account));
}

const covers = (granted: string, asked: string | undefined) => granted === EVERY || granted === asked;

/** Whether one of the grants has to do with it: with a part of it, or with more than it. `*` is everything. */
export function touches(grants: readonly Grant[], { app = EVERY, account = EVERY }: ActedOn): boolean {
  const meet = (one: string, other: string) => one === EVERY || other === EVERY || one === other;
  return grants.some((grant) => meet(grant.app, app) && meet(grant.account, account));
}

/** Whoever needs no token: over the local socket, and from loopback in mode `local`. Owns everything. */
export const localActor: Actor = { name: 'local', kind: 'local' };

/** Whoever holds an access key owns its account. */
export function keyActor(account: string): Actor {
  return { name: `account:${account}`, kind: 'key' };
}

/** The account of an access key's actor; undefined for all others. */
export function accountOfKey({ name, kind }: Actor): string | undefined {
  return kind === 'key' ? name.slice('account:'.length) : undefined;
}

const USER = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;

/** Throws InvalidRequest. `local` is whoever needs no token. */
export function checkUserName(name: string): void {
  if (!USER.test(name) || name === 'local')
    throw platformFailure(
      'InvalidRequest',
      `${JSON.stringify(name.slice(0, 80))} is no user name: up to 64 of a-z 0-9 . _ @ + -, not local`,
    );
}

/** Throws InvalidRequest. */
export function roleOf(text: string): AppRole {
  const role = appRoles.find((one) => one === text);
  if (!role) throw platformFailure('InvalidRequest', `${JSON.stringify(text.slice(0, 80))} is no role: ${appRoles.join(', ')}`);
  return role;
}

const SCOPE = /^([a-z]+)(?::([a-z][a-z0-9-]{0,39}))?(?:@([a-z0-9-]{1,31}))?$/;

export interface WrittenScope {
  readonly role: AppRole;
  readonly app?: string;
  /** Name or account. */
  readonly environment?: string;
}

/** `ROLE[:APP][@ENVIRONMENT]`, the most that a token may do. Throws InvalidRequest. */
export function scopeOf(text: string): WrittenScope {
  const [, role, app, environment] = SCOPE.exec(text) ?? [];
  if (role === undefined)
    throw platformFailure('InvalidRequest', `${JSON.stringify(text.slice(0, 80))} is no scope: ROLE[:APP][@ENVIRONMENT]`);
  return { role: roleOf(role), ...(app === undefined ? {} : { app }), ...(environment === undefined ? {} : { environment }) };
}

const HOUR_MS = 3_600_000;
const LONGEST_MS = 3660 * 24 * HOUR_MS;

/** `12h`, `90d`, a day (`2027-01-31`, its beginning in UTC) as epoch ms; `never` is undefined. Throws InvalidRequest. */
export function tokenExpiry(text: string, now: number): number | undefined {
  if (text === 'never') return undefined;
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const at = count === undefined ? dayOf(text) : now + Number(count) * HOUR_MS * (unit === 'd' ? 24 : 1);
  if (!(at > now) || at > now + LONGEST_MS)
    throw platformFailure('InvalidRequest', `expires is a time of at most ten years: 12h, 90d, 2027-01-31, or never`);
  return at;
}

const dayOf = (text: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN);
