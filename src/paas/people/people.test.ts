import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Actor, type ControlRoute, controlExceptions, keyActor, localActor } from '../../model/index.ts';
import { memberships, sshKeys, tokens } from './collections.ts';
import { KEY, KEY_ACCOUNT, peopleWorld } from './people.fixture.ts';

const denied = { code: 'AccessDenied', status: 403 };
const invalid = { code: 'InvalidRequest' };
const missing = { code: 'NoSuchThing' };
const DEV = '222222222222';

test('nobody is there from the start: only the machine itself may', async (t) => {
  const { ask, people } = await peopleWorld(t);
  assert.deepEqual((await ask(localActor, 'GET /members')).members, []);
  assert.equal(await people.findActor({ token: `dlb_${'A'.repeat(16)}_${'A'.repeat(52)}` }), undefined);
  await people.requireRole(localActor, 'owner', {});
  for (const kind of ['user', 'webhook'] as const)
    await assert.rejects(people.requireRole({ name: 'local', kind }, 'reader', {}), denied);
});

test('a token is shown once, is known after, and ends with its time, its revocation, its user', async (t) => {
  const { ask, people, clock, store } = await peopleWorld(t);
  await assert.rejects(ask(localActor, 'POST /tokens', { body: { user: 'ann' } }), missing);
  await ask(localActor, 'POST /members', { body: { user: 'ann', role: 'owner' } });
  const make = async (body: object) =>
    (await ask(localActor, 'POST /tokens', { body: { user: 'ann', ...body } })) as { id: string; token: string };
  const [short, usual, ever] = [await make({ expires: '12h' }), await make({ note: 'ci' }), await make({ expires: 'never' })];
  const known = async () => Promise.all([short, usual, ever].map(async ({ token }) => (await people.findActor({ token }))?.name));
  assert.deepEqual(await known(), ['ann', 'ann', 'ann']);

  const listed = (await ask(localActor, 'GET /tokens')).tokens as { id: string }[];
  const stored = await store.read.get(tokens, [usual.id]);
  const secret = usual.token.split('_')[2]!;
  assert.equal(secret.length, 52);
  assert.ok(!JSON.stringify([listed, stored]).includes(secret));
  assert.ok(!JSON.stringify(listed).includes(stored!.hash));

  await clock.advance(12 * 3600_000);
  assert.deepEqual(await known(), [undefined, 'ann', 'ann']);
  await ask(localActor, `DELETE /tokens/${ever.id}`);
  assert.deepEqual(await known(), [undefined, 'ann', undefined]);
  await assert.rejects(ask(localActor, `DELETE /tokens/${ever.id}`), missing);
  assert.deepEqual(await ask(localActor, 'DELETE /members/ann'), { removed: 'ann', last: true });
  assert.deepEqual(await known(), [undefined, undefined, undefined]);
  await ask(localActor, 'POST /members', { body: { user: 'ann', role: 'reader' } });
  assert.deepEqual(await known(), [undefined, undefined, undefined], 'who comes back under the name has no old token');
});

test('what is nearly a token is none', async (t) => {
  const { ask, people } = await peopleWorld(t);
  await ask(localActor, 'POST /members', { body: { user: 'ann', role: 'owner' } });
  const { token } = await ask(localActor, 'POST /tokens', { body: { user: 'ann' } });
  const last = token.at(-1) === 'A' ? 'B' : 'A';
  const other = (await ask(localActor, 'POST /tokens', { body: { user: 'ann' } })).token as string;
  const crossed = `${token.slice(0, 21)}${other.slice(21)}`;
  for (const wrong of [
    '',
    'dlb_',
    token.slice(0, -1),
    `${token}A`,
    token.slice(0, -1) + last,
    token.toLowerCase(),
    ` ${token}`,
    crossed,
  ])
    assert.equal(await people.findActor({ token: wrong }), undefined, wrong);
});

test('access keys own their account, and nothing else', async (t) => {
  const { people } = await peopleWorld(t);
  const key = (await people.findActor({ token: KEY }))!;
  assert.deepEqual(key, keyActor(KEY_ACCOUNT));
  await people.requireRole(key, 'owner', { account: KEY_ACCOUNT });
  await people.requireRole(key, 'owner', { account: KEY_ACCOUNT, app: 'shop' });
  for (const on of [{}, { account: DEV }, { app: 'shop' }]) await assert.rejects(people.requireRole(key, 'reader', on), denied);
});

test('roles hold where they were given, and what is below them', async (t) => {
  const { people, user, app } = await peopleWorld(t);
  await app('shop', DEV);
  const all = {
    platform: {},
    dev: { account: DEV },
    shopInDev: { account: DEV, app: 'shop' },
    shop: { app: 'shop' },
    blog: { account: DEV, app: 'blog' },
  };
  const can = async (actor: Actor) => {
    const found: string[] = [];
    for (const [name, on] of Object.entries(all))
      for (const role of ['reader', 'deployer', 'owner'] as const)
        await people.requireRole(actor, role, on).then(
          () => found.push(`${role} ${name}`),
          () => {},
        );
    return found;
  };
  const below = (role: string, name: string) =>
    ['reader', 'deployer', 'owner'].slice(0, ['reader', 'deployer', 'owner'].indexOf(role) + 1).map((one) => `${one} ${name}`);
  assert.deepEqual(
    await can(await user('root', 'owner')),
    Object.keys(all).flatMap((name) => below('owner', name)),
  );
  assert.deepEqual(
    await can(await user('dee', 'deployer', { environment: DEV })),
    ['dev', 'shopInDev', 'blog'].flatMap((name) => below('deployer', name)),
  );
  assert.deepEqual(await can(await user('ann', 'owner', { app: 'shop', environment: DEV })), below('owner', 'shopInDev'));
  assert.deepEqual(await can(await user('ben', 'reader', { app: 'shop' })), ['reader shopInDev', 'reader shop']);
});

test('a scope narrows a token, and a narrowed token makes no other', async (t) => {
  const { ask, people, user, app } = await peopleWorld(t);
  await app('shop', DEV);
  const ann = await user('ann', 'owner');
  const token = async (scope: string) => (await people.findActor(await ask(ann, 'POST /tokens', { body: { scope } })))!;
  const ci = await token(`deployer:shop@${DEV}`);
  await people.requireRole(ci, 'deployer', { app: 'shop', account: DEV });
  for (const [role, on] of [
    ['owner', { app: 'shop', account: DEV }],
    ['reader', { account: DEV }],
    ['reader', { app: 'shop', account: '333333333333' }],
    ['reader', {}],
  ] as const)
    await assert.rejects(people.requireRole(ci, role, on), denied);
  const wide = await token('owner');
  await people.requireRole(wide, 'owner', {});
  for (const narrowed of [ci, wide])
    for (const [line, request] of [
      ['POST /tokens', {}],
      ['POST /ssh-keys', { body: { key: 'ssh-ed25519 AAAA' } }],
      [`DELETE /tokens/${'A'.repeat(16)}`, {}],
      ['DELETE /ssh-keys', { query: { fingerprint: 'SHA256:x' } }],
    ] as const)
      await assert.rejects(ask(narrowed, line, request), denied);
  await ask(localActor, 'POST /members', { body: { user: 'ann', role: 'reader' } });
  await assert.rejects(people.requireRole(wide, 'owner', {}), denied, 'a scope gives nothing that the user has not');
  for (const scope of ['admin', 'owner:', 'owner@', 'reader:Shop', 'reader@dev@x', ''])
    await assert.rejects(ask(localActor, 'POST /tokens', { body: { user: 'ann', scope } }), invalid);
  await assert.rejects(ask(localActor, 'POST /tokens', { body: { user: 'ann', scope: 'reader@nowhere' } }), missing);
});

test('owners give and take roles where they are owners, and tokens are their user’s', async (t) => {
  const { ask, user, environments, app } = await peopleWorld(t);
  const { account } = await environments.create({ name: 'dev' }, localActor);
  await app('shop', account);
  const [dee, ann] = [await user('dee', 'owner', { environment: 'dev' }), await user('ann', 'deployer', { environment: 'dev' })];
  const give = (actor: Actor, body: object) => ask(actor, 'POST /members', { body: { user: 'eve', role: 'reader', ...body } });
  assert.equal((await give(dee, { environment: 'dev' })).environment, 'dev');
  await give(dee, { environment: 'dev', app: 'shop', role: 'owner' });
  for (const body of [{}, { app: 'shop' }, { environment: 'default' }]) await assert.rejects(give(dee, body), denied);
  await assert.rejects(give(ann, { environment: 'dev' }), denied);
  await assert.rejects(give(localActor, { environment: 'nowhere' }), missing);
  await assert.rejects(give(localActor, { app: 'nothing' }), missing);
  for (const body of [
    { user: 'Eve' },
    { user: 'local' },
    { user: 'account:1' },
    { role: 'root' },
    { pet: 'cat' },
    { user: 'x'.repeat(65) },
  ])
    await assert.rejects(give(localActor, body), invalid);
  await assert.rejects(ask(dee, 'POST /tokens', { body: { user: 'eve' } }), denied);
  await assert.rejects(ask(dee, 'GET /tokens', { query: { user: 'ann' } }), denied);
  assert.equal((await ask(ann, 'GET /tokens')).tokens.length, 1);
  const names = async (actor: Actor) => (await ask(actor, 'GET /members')).members.map((one: { user: string }) => one.user);
  await user('far', 'reader', { environment: '333333333333' });
  assert.deepEqual(await names(ann), ['ann', 'dee', 'eve', 'eve']);
  assert.deepEqual(await names(localActor), ['ann', 'dee', 'eve', 'eve', 'far']);
  await assert.rejects(ask(ann, 'DELETE /members/eve', { query: { environment: 'dev' } }), denied);
  assert.deepEqual(await ask(dee, 'DELETE /members/eve', { query: { environment: 'dev' } }), { removed: 'eve', last: false });
  await assert.rejects(ask(dee, 'DELETE /members/eve', { query: { environment: 'dev' } }), missing);
});

test('the gate knows every route: by rule, and by the table of exceptions', async (t) => {
  const { people, user } = await peopleWorld(t);
  const dee = await user('dee', 'deployer', { environment: DEV });
  const call = (actor: Actor, line: string, account = DEV) => {
    const [method, path] = line.split(' ') as [ControlRoute['method'], string];
    return people.mayCall({
      actor,
      route: { method, path },
      params: { app: 'shop' },
      query: new URLSearchParams(),
      place: { account, region: 'us-east-1' },
    });
  };
  assert.equal(await call(dee, 'GET /whatever'), DEV);
  assert.equal(await call(dee, 'POST /whatever'), DEV);
  assert.equal(await call(dee, 'POST /apps/:app/deploy'), DEV);
  for (const line of ['GET /whatever', 'GET /apps', 'GET /apps/:app', 'PUT /whatever'])
    await assert.rejects(call(dee, line, '333333333333'), denied, line);
  for (const line of ['POST /keys', 'GET /keys', 'POST /apps', 'GET /events/balance', 'PUT /functions/:name/egress'])
    await assert.rejects(call(dee, line), denied, line);
  const ben = await user('ben', 'reader', { environment: DEV });
  for (const line of ['POST /whatever', 'POST /apps/:app/rollback', 'POST /functions/:name/invoke', 'POST /events'])
    await assert.rejects(call(ben, line), denied, line);
  assert.equal(await call(localActor, 'GET /events/balance'), undefined);
  assert.equal(await call(await user('root', 'reader'), 'GET /events'), undefined, 'who reads all is told of all');
  const nobody: Actor = { name: 'nobody', kind: 'user' };
  for (const line of [
    ...Object.keys(controlExceptions),
    'GET /x',
    'POST /x',
    'PUT /x/:y',
    'DELETE /x',
    'GET /apps/:app',
    'POST /apps/:app/x',
  ])
    for (const account of [DEV, '000000000000']) await assert.rejects(call(nobody, line, account), denied, line);
  await assert.rejects(call({ name: 'github', kind: 'webhook' }, 'GET /status'), denied);
});

test('the trail says who did what, to those who may read there, and no secret', async (t) => {
  const { ask, people, user, store, app } = await peopleWorld(t);
  await app('shop', DEV);
  const ann = await user('ann', 'owner', { environment: DEV });
  const { token } = await ask(localActor, 'POST /tokens', { body: { user: 'ann' } });
  const place = { account: DEV, region: 'us-east-1' };
  await people.mayCall({
    actor: ann,
    route: { method: 'DELETE', path: '/hooks/:name' },
    params: { name: 'h' },
    query: new URLSearchParams(),
    place,
  });
  await store.transact((tx) =>
    people.audit(tx, {
      actor: ann,
      action: 'release',
      app: 'shop',
      account: DEV,
      detail: `v1 ${token} ${'x'.repeat(5000)}`,
      at: 1,
    }),
  );
  const all = (await ask(localActor, 'GET /audit')).entries as { action: string; detail: string; actor: Actor }[];
  assert.deepEqual(
    all.map(({ action }) => action),
    ['release', 'DELETE /hooks/:name', 'tokens:create', 'tokens:create', 'members:add'],
  );
  assert.ok(!JSON.stringify(all).includes(token.slice(21)));
  assert.equal(all[0]!.detail.length, 1000);
  assert.match(all[1]!.actor.credential!, /^token [A-Z2-7]{16}$/);
  const seen = async (actor: Actor, query: Record<string, string> = {}) =>
    ((await ask(actor, 'GET /audit', { query })).entries as { action: string }[]).map(({ action }) => action);
  assert.deepEqual(await seen(ann), ['release', 'DELETE /hooks/:name', 'members:add']);
  assert.deepEqual(await seen(ann, { app: 'shop' }), ['release']);
  assert.deepEqual(await seen(localActor, { actor: 'local', limit: '1' }), ['tokens:create']);
  assert.deepEqual(await seen(keyActor(KEY_ACCOUNT)), []);
  const first = await ask(localActor, 'GET /audit', { query: { limit: '3' } });
  assert.deepEqual(await seen(localActor, { before: String(first.next) }), ['tokens:create', 'members:add']);
  for (const query of [{ limit: '0' } as Record<string, string>, { limit: '501' }, { before: 'x' }])
    await assert.rejects(ask(localActor, 'GET /audit', { query }), invalid);
});

test('a long trail is read in blocks, to its end', async (t) => {
  const { ask, people, store } = await peopleWorld(t);
  await store.transact(async (tx) => {
    for (let i = 0; i < 700; i++)
      await people.audit(tx, { actor: localActor, action: 'act', app: i === 0 ? 'first' : 'other', detail: String(i), at: i });
  });
  const { entries, next } = await ask(localActor, 'GET /audit', { query: { app: 'first' } });
  assert.deepEqual([entries.map(({ detail }: { detail: string }) => detail), next], [['0'], undefined]);
});

test('lists hold all that there is, however much; who has as many roles as may be can still have them changed', async (t) => {
  const { ask, store } = await peopleWorld(t);
  const at = { createdAt: 1, createdBy: 'local' };
  const name = (i: number) => String(i).padStart(12, '0');
  await store.transact(async (tx) => {
    for (let i = 0; i < 1001; i++) {
      await tx.put(tokens, { id: name(i), user: `u${i}`, hash: '00', ...at });
      await tx.put(sshKeys, { fingerprint: name(i), user: `u${i}`, algorithm: 'ssh-ed25519', comment: '', ...at });
      await tx.put(memberships, { user: i < 500 ? 'ann' : `u${i}`, role: 'reader', app: '*', account: name(i), ...at });
    }
  });
  const length = async (line: string, list: string) => (await ask(localActor, line))[list].length;
  assert.equal(await length('GET /tokens', 'tokens'), 1001);
  assert.equal(await length('GET /ssh-keys', 'keys'), 1001);
  assert.equal(await length('GET /members', 'members'), 1001);
  const give = (environment: string) => ask(localActor, 'POST /members', { body: { user: 'ann', role: 'owner', environment } });
  await assert.rejects(give(name(999)), invalid);
  assert.equal((await give(name(499))).role, 'owner');
});
