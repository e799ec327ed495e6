import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { fail } from '../kernel/index.ts';
import { type Actor, type ControlRequest, type ControlRoute, controlRoute, keyActor, type MayCall } from '../model/index.ts';
import { ask, openStage } from './gateway.fixture.ts';
import type { GatewayDeps } from './index.ts';

const ann: Actor = { name: 'ann', kind: 'user' };
const DEV = '222222222222';

type Call = Parameters<MayCall>[0];

/** A gateway that knows two tokens and one environment, and notes what it asks. */
async function stage(mode: 'local' | 'strict', mayCall?: (call: Call) => string | undefined) {
  const asked: Call[] = [];
  const handled: Pick<ControlRequest, 'place' | 'actor' | 'own'>[] = [];
  const route = (method: ControlRoute['method'], path: string): ControlRoute =>
    controlRoute({
      ...{ method, path, summary: '', body: z.unknown(), answer: z.strictObject({}) },
      handle: async (request) => {
        handled.push(request);
        return {};
      },
    });
  const tokens: Readonly<Record<string, Actor>> = { 'ann-token': ann, 'key-token': keyActor(DEV) };
  const access: NonNullable<GatewayDeps['auth']['access']> = {
    findActor: async (given) => ('token' in given ? tokens[given.token] : undefined),
    findEnvironment: async (name) => (name === 'dev' ? { name, account: DEV, kind: 'named', createdAt: 0 } : undefined),
    ...(mayCall && {
      mayCall: async (call) => {
        asked.push(call);
        return mayCall(call);
      },
    }),
  };
  const controlRoutes = [route('GET', '/thing/:name'), route('POST', '/thing')];
  const open = await openStage({ auth: { mode, access }, controlRoutes });
  const as = (
    token: string | undefined,
    path: string,
    more: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) =>
    ask(open.port, {
      ...more,
      path: `/_dalamb/api${path}`,
      headers: { ...more.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  return { asked, handled, as, close: open.close };
}

const codeOf = ({ text }: { text: string }) => JSON.parse(text).error?.code;

test('who asks goes along, and the role is asked for with the place, before the body is read', async (t) => {
  const { asked, handled, as, close } = await stage('strict', ({ route, place }) => {
    if (route.method === 'POST') throw fail('AccessDenied', 'no', { status: 403 });
    return place.account;
  });
  t.after(close);
  assert.equal((await as('ann-token', '/thing/x?env=dev')).status, 200);
  assert.deepEqual([handled[0]!.actor, handled[0]!.place.account, handled[0]!.own], [ann, DEV, DEV]);
  assert.deepEqual([asked[0]!.actor, asked[0]!.params, asked[0]!.place.account], [ann, { name: 'x' }, DEV]);
  const refused = await as('ann-token', '/thing', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
  assert.deepEqual([refused.status, codeOf(refused), handled.length], [403, 'AccessDenied', 1]);
  for (const token of [undefined, 'other']) assert.equal((await as(token, '/thing/x')).status, 401);
  assert.equal(asked.length, 2, 'nobody is asked about strangers');
});

test('in mode local none is needed from loopback, but one that is sent must hold, however it is sent', async (t) => {
  const { handled, as, close } = await stage('local');
  t.after(close);
  assert.equal((await as(undefined, '/thing/x')).status, 200);
  assert.equal(handled[0]!.actor.kind, 'local');
  for (const authorization of ['Bearer nobody', 'bearer nobody', 'Bearer a b', `Bearer ${'x'.repeat(600)}`])
    assert.equal(
      codeOf(await as(undefined, '/thing/x', { headers: { authorization } })),
      'TokenRequired',
      authorization.slice(0, 20),
    );
  assert.equal(handled.length, 1);
});

test('environments are named in the query or the header, by name or account', async (t) => {
  const { handled, as, close } = await stage('local', () => undefined);
  t.after(close);
  for (const where of ['?env=dev', '?account=dev', `?env=${DEV}`, `?account=${DEV}`])
    assert.equal((await as(undefined, `/thing/x${where}`)).status, 200, where);
  await as(undefined, '/thing/x', { headers: { 'x-dalamb-account': 'dev' } });
  assert.deepEqual(new Set(handled.map(({ place }) => place.account)), new Set([DEV]));
  assert.deepEqual([handled[0]!.actor, handled[0]!.own], [{ name: 'local', kind: 'local' }, undefined]);
  assert.equal(codeOf(await as(undefined, '/thing/x?env=prod')), 'NoSuchThing');
  for (const wrong of ['', 'Dev', '12345678901', 'a%00', 'x'.repeat(40)])
    assert.equal(codeOf(await as(undefined, `/thing/x?env=${wrong}`)), 'InvalidRequest', wrong);
});

test('an access key speaks of its own account, by either name, and of no other', async (t) => {
  const { handled, as, close } = await stage('strict', ({ place }) => place.account);
  t.after(close);
  for (const where of ['', '?env=dev', `?account=${DEV}`]) assert.equal((await as('key-token', `/thing/x${where}`)).status, 200);
  assert.deepEqual(
    handled.map(({ place }) => place.account),
    [DEV, DEV, DEV],
  );
  const other = await as('key-token', '/thing/x?account=333333333333');
  assert.deepEqual([other.status, codeOf(other)], [403, 'TokenRequired']);
});

test('a gateway that is told of no roles has none for users', async (t) => {
  const { handled, as, close } = await stage('local');
  t.after(close);
  assert.equal((await as('ann-token', '/thing/x')).status, 403);
  assert.equal((await as('key-token', '/thing/x')).status, 200);
  assert.deepEqual(
    handled.map(({ own }) => own),
    [DEV],
  );
});

test('the API tells its routes, and the role that each asks for', async (t) => {
  const { as, close } = await stage('local', () => undefined);
  t.after(close);
  const { routes } = JSON.parse((await as(undefined, '/routes')).text);
  const found = (path: string) => routes.find((route: { path: string }) => route.path === path);
  assert.deepEqual(found('/thing'), { method: 'POST', path: '/thing', summary: '', role: 'deployer', on: 'environment' });
  assert.deepEqual([found('/status').on, found('/routes').role], ['somewhere', 'reader']);
});
