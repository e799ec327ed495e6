import { fail, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  type ControlRequest,
  type ControlRoute,
  checkUserName,
  EVERY,
  type Grant,
  roleOf,
} from '../../model/index.ts';
import { fieldsOf, optionalText, textField } from '../fields.ts';
import { listAudit } from './audit.ts';
import { sshKeys, tokens } from './collections.ts';
import { addMember, listMembers, removeMember } from './members.ts';
import type { PeopleDeps } from './people.ts';
import { grantsOf, judgeOf } from './roles.ts';
import { addSshKey, listSshKeys, removeSshKey } from './ssh-keys.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';

/** The control API of people. Whoever has a role anywhere comes this far; each handler looks closer. */
export function peopleRoutes(deps: PeopleDeps): ControlRoute[] {
  return [...memberRoutes(deps), ...tokenRoutes(deps), ...sshKeyRoutes(deps), ...auditRoutes(deps)];
}

function memberRoutes(deps: PeopleDeps): ControlRoute[] {
  const { requireRole } = deps;
  return [
    {
      method: 'GET',
      path: '/whoami',
      summary: 'who the token belongs to, and their roles',
      handle: async ({ actor }) => ({
        actor,
        roles: await Promise.all((await grantsOf(deps, actor)).map((one) => named(deps, one))),
      }),
    },
    {
      method: 'GET',
      path: '/members',
      summary: 'users and their roles, as far as the caller has to do with them: app',
      handle: async ({ actor, query }) => {
        const judge = await judgeOf(deps, actor);
        const app = query.get('app');
        const members = (await listMembers(deps)).filter(
          (one) => judge.touches(one) && (app === null || one.app === app || one.app === EVERY),
        );
        return { members: await Promise.all(members.map((one) => named(deps, one))) };
      },
    },
    {
      method: 'POST',
      path: '/members',
      summary: 'gives a user a role: user, role, app (default all), environment (default all)',
      handle: async ({ actor, body }) => {
        const fields = fieldsOf(body, ['user', 'role', 'app', 'environment']);
        const user = textField(fields, 'user');
        checkUserName(user);
        const on = await placeOf(deps, optionalText(fields, 'app'), optionalText(fields, 'environment'));
        const role = roleOf(textField(fields, 'role'));
        await requireRole(actor, 'owner', asked(on));
        return named(deps, await addMember(deps, user, { ...on, role }, actor));
      },
    },
    {
      method: 'DELETE',
      path: '/members/:user',
      summary: 'takes a role away: app, environment, as they were given; tokens and keys go with the last one',
      handle: async ({ actor, params, query }) => {
        const user = params.user ?? '';
        const on = await placeOf(deps, query.get('app') ?? undefined, query.get('environment') ?? undefined);
        await requireRole(actor, 'owner', asked(on));
        return { removed: user, ...(await removeMember(deps, { user, ...on }, actor)) };
      },
    },
  ];
}

type Part = Pick<Grant, 'app' | 'account'>;

async function placeOf({ findEnvironment }: PeopleDeps, app = EVERY, environment: string | undefined): Promise<Part> {
  if (environment === undefined) return { app, account: EVERY };
  const found = await findEnvironment(environment);
  if (!found)
    throw platformFailure('NoSuchThing', `environment ${environment}`, {
      fields: { next: 'see what is there with: dalamb env' },
    });
  return { app, account: found.account };
}

const asked = ({ app, account }: Part) => ({
  ...(app === EVERY ? {} : { app }),
  ...(account === EVERY ? {} : { account }),
});

/** With the environment's name, where it is not for all. */
async function named<T extends Part>({ findEnvironment }: PeopleDeps, part: T): Promise<T & { readonly environment?: string }> {
  if (part.account === EVERY) return part;
  return { ...part, environment: (await findEnvironment(part.account))?.name ?? part.account };
}

function tokenRoutes(deps: PeopleDeps): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/tokens',
      summary: 'tokens, without what opens: user',
      handle: async (request) => ({ tokens: await listTokens(deps, await listed(deps, request)) }),
    },
    {
      method: 'POST',
      path: '/tokens',
      summary: 'makes a token, shown only here: user, scope (ROLE[:APP][@ENVIRONMENT]), expires (default 90d), note',
      handle: async ({ actor, body }) => {
        const fields = fieldsOf(body, ['user', 'scope', 'expires', 'note']);
        const user = userOf(actor, optionalText(fields, 'user'));
        await mayHold(deps, actor, user);
        const [scope, expires, note] = ['scope', 'expires', 'note'].map((name) => optionalText(fields, name));
        return createToken(deps, { user, scope, expires, note }, actor);
      },
    },
    {
      method: 'DELETE',
      path: '/tokens/:id',
      summary: 'makes a token worthless, at once',
      handle: async ({ actor, params }) => {
        const token = await deps.store.read.get(tokens, [params.id ?? '']);
        await mayHold(deps, actor, token?.user);
        if (!token)
          throw platformFailure('NoSuchThing', `token ${params.id}`, { fields: { next: 'see them with: dalamb tokens' } });
        await revokeToken(deps, token, actor);
        return { revoked: token.id };
      },
    },
  ];
}

function sshKeyRoutes(deps: PeopleDeps): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/ssh-keys',
      summary: 'SSH keys by their fingerprints: user',
      handle: async (request) => ({ keys: await listSshKeys(deps, await listed(deps, request)) }),
    },
    {
      method: 'POST',
      path: '/ssh-keys',
      summary: 'adds an SSH public key: key (a line of a .pub file), user',
      handle: async ({ actor, body }) => {
        const fields = fieldsOf(body, ['key', 'user']);
        const user = userOf(actor, optionalText(fields, 'user'));
        await mayHold(deps, actor, user);
        return addSshKey(deps, user, textField(fields, 'key'), actor);
      },
    },
    {
      method: 'DELETE',
      path: '/ssh-keys',
      summary: 'removes an SSH key: fingerprint',
      handle: async ({ actor, query }) => {
        const fingerprint = query.get('fingerprint') ?? '';
        const key = await deps.store.read.get(sshKeys, [fingerprint]);
        await mayHold(deps, actor, key?.user);
        if (!key)
          throw platformFailure('NoSuchThing', `SSH key ${fingerprint}`, { fields: { next: 'see them with: dalamb ssh-keys' } });
        await removeSshKey(deps, key, actor);
        return { removed: fingerprint };
      },
    },
  ];
}

function userOf(actor: Actor, given: string | undefined): string {
  if (given !== undefined) return given;
  if (actor.kind === 'user') return actor.name;
  throw platformFailure('InvalidRequest', 'say for which user: user (--user)');
}

/** Whose things are listed; undefined: everybody's. Others' are for owners of the platform. */
async function listed({ requireRole }: PeopleDeps, { actor, query }: ControlRequest): Promise<string | undefined> {
  const user = query.get('user') ?? (actor.kind === 'user' ? actor.name : undefined);
  if (actor.kind !== 'user' || user !== actor.name) await requireRole(actor, 'owner', {});
  return user;
}

/**
 * Credentials are made and ended by their user or by owners of the platform: those of an environment or an application could else take a role that is
 * given to that user elsewhere. And never by a token of narrower scope, which would make itself a wider one.
 */
async function mayHold({ requireRole }: PeopleDeps, actor: Actor, user: string | undefined): Promise<void> {
  if (actor.scope !== undefined)
    throw fail('AccessDenied', 'a token with a scope makes and ends no tokens and keys', { status: 403 });
  if (actor.kind !== 'user' || actor.name !== user) await requireRole(actor, 'owner', {});
}

const MOST_ENTRIES = 500;
const USUAL_ENTRIES = 50;

function auditRoutes(deps: PeopleDeps): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/audit',
      summary: 'who did what, newest first: app, actor, limit, before; of one environment where account or env is given',
      handle: async ({ actor, query, place }) => {
        const judge = await judgeOf(deps, actor);
        const [app, by] = [query.get('app'), query.get('actor')];
        const here = query.has('env') || query.has('account') ? place.account : undefined;
        return listAudit(deps.store.read, {
          wanted: (entry) =>
            (app === null || entry.app === app) &&
            (by === null || entry.actor.name === by) &&
            (here === undefined || entry.account === here) &&
            judge.gives('reader', entry),
          before: numberOf(query, 'before', Number.MAX_SAFE_INTEGER),
          limit: numberOf(query, 'limit', MOST_ENTRIES) ?? USUAL_ENTRIES,
        });
      },
    },
  ];
}

function numberOf(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || number < 1 || number > most)
    throw platformFailure('InvalidRequest', `${name} is a number from 1 to ${most}`);
  return number;
}
