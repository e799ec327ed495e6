import { z } from 'zod';
import { fail, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  appRoles,
  type ControlRequest,
  type ControlRoute,
  checkUserName,
  controlRoute,
  EVERY,
  type Grant,
  limitUpTo,
} from '../../model/index.ts';
import { auditPage, memberShown, sshKeyShown, tokenShown, whoamiShown } from './answers.ts';
import { listAudit } from './audit.ts';
import { sshKeys, tokens } from './collections.ts';
import { addMember, listMembers, removeMember } from './members.ts';
import type { PeopleDeps } from './people.ts';
import { grantsOf, judgeOf } from './roles.ts';
import { addSshKey, listSshKeys, removeSshKey } from './ssh-keys.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';

const text = z.string().min(1);
const ofUser = z.strictObject({ user: z.string().describe('default who asks; owners of the platform: all').optional() });

/** The control API of people. Whoever has a role anywhere comes this far; each handler looks closer. */
export function peopleRoutes(deps: PeopleDeps): ControlRoute[] {
  return [...memberRoutes(deps), ...tokenRoutes(deps), ...sshKeyRoutes(deps), ...auditRoutes(deps)];
}

function memberRoutes(deps: PeopleDeps): ControlRoute[] {
  const { requireRole } = deps;
  return [
    controlRoute({
      method: 'GET',
      path: '/whoami',
      summary: 'who the token belongs to, and their roles',
      answer: whoamiShown,
      handle: async ({ actor }) => ({
        actor,
        roles: await Promise.all((await grantsOf(deps, actor)).map((one) => named(deps, one))),
      }),
    }),
    controlRoute({
      method: 'GET',
      path: '/members',
      summary: 'users and their roles, as far as the caller has to do with them: app',
      query: z.strictObject({ app: z.string().optional() }),
      answer: z.strictObject({ members: z.array(memberShown) }),
      handle: async ({ actor, query }) => {
        const judge = await judgeOf(deps, actor);
        const { app } = query;
        const members = (await listMembers(deps)).filter(
          (one) => judge.touches(one) && (app === undefined || one.app === app || one.app === EVERY),
        );
        return { members: await Promise.all(members.map((one) => named(deps, one))) };
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/members',
      summary: 'gives a user a role: user, role, app (default all), environment (default all)',
      body: z.strictObject({
        user: text,
        role: z.enum(appRoles),
        app: text.describe('default all').optional(),
        environment: text.describe('name or account; default all').optional(),
      }),
      answer: memberShown,
      handle: async ({ actor, body: { user, role, app, environment } }) => {
        checkUserName(user);
        const on = await placeOf(deps, app, environment);
        await requireRole(actor, 'owner', asked(on));
        return named(deps, await addMember(deps, user, { ...on, role }, actor));
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/members/:user',
      summary: 'takes a role away: app, environment, as they were given; tokens and keys go with the last one',
      query: z.strictObject({ app: text.optional(), environment: text.optional() }),
      answer: z.strictObject({ removed: z.string(), last: z.boolean().describe('it was the last role of this user') }),
      handle: async ({ actor, params: { user }, query }) => {
        const on = await placeOf(deps, query.app, query.environment);
        await requireRole(actor, 'owner', asked(on));
        return { removed: user, ...(await removeMember(deps, { user, ...on }, actor)) };
      },
    }),
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
    controlRoute({
      method: 'GET',
      path: '/tokens',
      summary: 'tokens, without what opens: user',
      query: ofUser,
      answer: z.strictObject({ tokens: z.array(tokenShown) }),
      handle: async (request) => ({ tokens: await listTokens(deps, await listed(deps, request)) }),
    }),
    controlRoute({
      method: 'POST',
      path: '/tokens',
      summary: 'makes a token, shown only here: user, scope (ROLE[:APP][@ENVIRONMENT]), expires (default 90d), note',
      body: z.strictObject({
        user: text.describe('default who asks').optional(),
        scope: text.describe('ROLE[:APP][@ENVIRONMENT]; default all that the user may').optional(),
        expires: text.describe('12h, 90d (default), 2027-01-31, never').optional(),
        note: text.max(200).optional(),
      }),
      answer: tokenShown.extend({ token: z.string().describe('shown this once') }),
      handle: async ({ actor, body }) => {
        const user = userOf(actor, body.user);
        await mayHold(deps, actor, user);
        return createToken(deps, { ...body, user }, actor);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/tokens/:id',
      summary: 'makes a token worthless, at once',
      answer: z.strictObject({ revoked: z.string() }),
      handle: async ({ actor, params }) => {
        const token = await deps.store.read.get(tokens, [params.id]);
        await mayHold(deps, actor, token?.user);
        if (!token)
          throw platformFailure('NoSuchThing', `token ${params.id}`, { fields: { next: 'see them with: dalamb tokens' } });
        await revokeToken(deps, token, actor);
        return { revoked: token.id };
      },
    }),
  ];
}

function sshKeyRoutes(deps: PeopleDeps): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/ssh-keys',
      summary: 'SSH keys by their fingerprints: user',
      query: ofUser,
      answer: z.strictObject({ keys: z.array(sshKeyShown) }),
      handle: async (request) => ({ keys: await listSshKeys(deps, await listed(deps, request)) }),
    }),
    controlRoute({
      method: 'POST',
      path: '/ssh-keys',
      summary: 'adds an SSH public key: key (a line of a .pub file), user',
      body: z.strictObject({ key: text, user: text.describe('default who asks').optional() }),
      answer: sshKeyShown,
      handle: async ({ actor, body }) => {
        const user = userOf(actor, body.user);
        await mayHold(deps, actor, user);
        return addSshKey(deps, user, body.key, actor);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/ssh-keys',
      summary: 'removes an SSH key: fingerprint',
      query: z.strictObject({ fingerprint: text.describe('SHA256:…') }),
      answer: z.strictObject({ removed: z.string() }),
      handle: async ({ actor, query: { fingerprint } }) => {
        const key = await deps.store.read.get(sshKeys, [fingerprint]);
        await mayHold(deps, actor, key?.user);
        if (!key)
          throw platformFailure('NoSuchThing', `SSH key ${fingerprint}`, { fields: { next: 'see them with: dalamb ssh-keys' } });
        await removeSshKey(deps, key, actor);
        return { removed: fingerprint };
      },
    }),
  ];
}

function userOf(actor: Actor, given: string | undefined): string {
  if (given !== undefined) return given;
  if (actor.kind === 'user') return actor.name;
  throw platformFailure('InvalidRequest', 'say for which user: user (--user)');
}

type Listed = Pick<ControlRequest, 'actor'> & { readonly query: z.output<typeof ofUser> };

/** Whose things are listed; undefined: everybody's. Others' are for owners of the platform. */
async function listed({ requireRole }: PeopleDeps, { actor, query }: Listed): Promise<string | undefined> {
  const user = query.user ?? (actor.kind === 'user' ? actor.name : undefined);
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

function auditRoutes(deps: PeopleDeps): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/audit',
      summary: 'who did what, newest first: app, actor, limit, before; of one environment where account or env is given',
      query: z.strictObject({
        app: z.string().optional(),
        actor: z.string().optional(),
        limit: limitUpTo(500, 50),
        before: z.int().min(1).describe('next of the page before').optional(),
        env: z.string().optional(),
        account: z.string().optional(),
      }),
      answer: auditPage,
      handle: async ({ actor, query, place }) => {
        const judge = await judgeOf(deps, actor);
        const { app, actor: by, env, account, before, limit } = query;
        const here = env === undefined && account === undefined ? undefined : place.account;
        return listAudit(deps.store.read, {
          wanted: (entry) =>
            (app === undefined || entry.app === app) &&
            (by === undefined || entry.actor.name === by) &&
            (here === undefined || entry.account === here) &&
            judge.gives('reader', entry),
          before,
          limit,
        });
      },
    }),
  ];
}
