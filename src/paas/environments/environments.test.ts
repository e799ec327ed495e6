import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Actor, localActor, type Release } from '../../model/index.ts';
import { applications, releases, type StoredStage, stages } from '../collections.ts';
import { peopleWorld } from '../people/people.fixture.ts';
import { createFindEnvironment } from './find.ts';

const invalid = { code: 'InvalidRequest' };

test('default and welcome are there, and every account is an environment', async (t) => {
  const { store, ask } = await peopleWorld(t);
  const find = createFindEnvironment({ store });
  assert.equal((await find('default'))?.account, '000000000000');
  assert.equal((await find('111111111111'))?.name, 'welcome');
  assert.deepEqual(await find('123456789012'), { name: '123456789012', account: '123456789012', kind: 'named', createdAt: 0 });
  for (const none of ['dev', '', '12345678901', '1234567890123', 'DEFAULT']) assert.equal(await find(none), undefined, none);
  const { environments } = await ask(localActor, 'GET /environments');
  assert.deepEqual(
    environments.map(({ name }: { name: string }) => name),
    ['default', 'welcome'],
  );
});

test('one is made with an account of its own, renamed, and destroyed with the roles in it', async (t) => {
  const { store, ask, user, people } = await peopleWorld(t);
  const find = createFindEnvironment({ store });
  const made = await ask(localActor, 'POST /environments', { body: { name: 'dev' } });
  assert.match(made.account, /^[1-9]\d{11}$/);
  assert.deepEqual(await find('dev'), made);
  assert.deepEqual(await find(made.account), made);
  await assert.rejects(ask(localActor, 'POST /environments', { body: { name: 'dev' } }), { code: 'NameTaken' });
  await assert.rejects(ask(localActor, 'POST /environments', { body: { name: 'welcome' } }), { code: 'NameTaken' });
  for (const name of ['r-main-0a1b2c', 'r-0a1b2c', 'Dev', '1dev', 'a'.repeat(32), '123456789012', 'a_b'])
    await assert.rejects(ask(localActor, 'POST /environments', { body: { name } }), invalid, name);

  const dee = await user('dee', 'owner', { environment: 'dev' });
  await assert.rejects(ask(dee, 'POST /environments', { body: { name: 'more' } }), { code: 'AccessDenied' });
  await assert.rejects(ask(dee, 'PUT /environments/welcome', { body: { name: 'mine' } }), { code: 'AccessDenied' });
  await assert.rejects(ask(dee, 'DELETE /environments/nowhere', { query: { confirm: 'nowhere' } }), { code: 'AccessDenied' });
  assert.deepEqual((await ask(dee, 'GET /environments')).environments, [made]);
  assert.equal((await ask(dee, 'PUT /environments/dev', { body: { name: 'prod' } })).account, made.account);
  assert.equal(await find('dev'), undefined);
  await assert.rejects(ask(localActor, 'DELETE /environments/prod'), invalid);
  assert.equal((await ask(localActor, 'DELETE /environments/prod', { query: { confirm: 'prod' } })).account, made.account);
  assert.equal(await find('prod'), undefined);
  assert.equal((await find(made.account))?.name, made.account);
  await assert.rejects(people.requireRole(dee, 'reader', { account: made.account }), { code: 'AccessDenied' });
  await assert.rejects(ask(localActor, 'DELETE /environments/prod', { query: { confirm: 'prod' } }), { code: 'NoSuchThing' });
  const trail = (await ask(localActor, 'GET /audit', { query: { actor: 'dee' } })).entries;
  assert.deepEqual(
    trail.map(({ action }: { action: string }) => action),
    ['env:rename'],
  );
});

test('one that resources are named after keeps its name, and so does that of a review app', async (t) => {
  const { store, ask, environments } = await peopleWorld(t);
  const { account } = await ask(localActor, 'POST /environments', { body: { name: 'staging' } });
  const shop = { name: 'shop', region: 'us-east-1', branch: 'main', createdAt: 1, createdBy: 'ann' };
  const stage = { app: 'shop', account, region: 'us-east-1', role: 'arn:aws:iam::000000000000:role/r', next: 2, current: 1 };
  const contents = { processes: [], resources: [{ kind: 'bucket', name: 'photos', settings: {} }], overrides: {}, added: [] };
  await store.transact(async (tx) => {
    await tx.put(applications, { ...shop, home: '000000000000' });
    await tx.put(stages, stage);
    await tx.put(releases, { app: 'shop', account, number: 1, contents } as unknown as Release);
  });
  const rename = () => ask(localActor, 'PUT /environments/staging', { body: { name: 'prod' } });
  await assert.rejects(rename(), { ...invalid, status: 409 });
  await store.transact((tx) => tx.put(stages, { ...stage, current: undefined, preparing: 1 } as unknown as StoredStage));
  await assert.rejects(rename(), { ...invalid, status: 409 });
  await store.transact((tx) => tx.put(applications, { ...shop, home: account }));
  assert.equal((await rename()).name, 'prod');
  await environments.create({ name: 'r-main-0a1b2c', review: { app: 'shop', branch: 'main', expiresAt: 1 } }, localActor);
  await assert.rejects(environments.rename('r-main-0a1b2c', 'mine', localActor), { ...invalid, status: 409 });
});

test('what is given from the start: default stays, welcome may go', async (t) => {
  const { environments, ask, store } = await peopleWorld(t);
  await assert.rejects(environments.destroy('default', localActor), invalid);
  await assert.rejects(environments.rename('default', 'mine', localActor), invalid);
  await environments.rename('welcome', 'hello', localActor);
  assert.equal((await createFindEnvironment({ store })('hello'))?.account, '111111111111');
  await environments.create({ name: 'welcome' }, localActor);
  await environments.destroy('hello', localActor);
  const left = (await ask(localActor, 'GET /environments')).environments.map(({ name }: { name: string }) => name);
  assert.deepEqual(left, ['default', 'welcome']);
});

test('an account in use can be given a name, by owners of the platform', async (t) => {
  const { environments, ask, user, store } = await peopleWorld(t);
  const dee = await user('dee', 'owner', { environment: '222222222222' });
  const name = (actor: Actor, from: string, to: string) => ask(actor, `PUT /environments/${from}`, { body: { name: to } });
  await assert.rejects(name(dee, '222222222222', 'dev'), { code: 'AccessDenied' });
  await name(localActor, '222222222222', 'dev');
  assert.equal((await createFindEnvironment({ store })('dev'))?.account, '222222222222');
  await environments.destroy('dev', localActor);
  for (const wrong of ['222222222222', '000000000000', '111111111111'])
    await assert.rejects(name(localActor, wrong, 'other'), invalid, wrong);
  await assert.rejects(ask(localActor, 'DELETE /environments/333333333333', { query: { confirm: '333333333333' } }), {
    code: 'NoSuchThing',
  });
});

test('an environment with applications in it stays', async (t) => {
  const { environments, app } = await peopleWorld(t);
  const { account } = await environments.create({ name: 'dev' }, localActor);
  await app('shop', account);
  await assert.rejects(environments.destroy('dev', localActor), { code: 'InvalidRequest', status: 409, message: /shop/ });
});

test('an account is never given twice: not one that is, was, or holds an application', async (t) => {
  const { environments, app, store } = await peopleWorld(t);
  const { account } = await environments.create({ name: 'one' }, localActor);
  await environments.destroy('one', localActor);
  await app('shop', '100000000005');
  const { createEnvironments } = await import('./environments.ts');
  const drawn = [(BigInt(account) - 100_000_000_000n).toString(16), '5', '7'];
  const ids = { uuid: () => 'u', base32: () => '', hex: () => drawn.shift()! };
  const audit = async () => {};
  const again = createEnvironments({ store, clock: { now: () => 1 } as never, ids, audit, requireRole: audit, endRoles: audit });
  assert.equal((await again.create({ name: 'two' }, localActor)).account, '100000000007');
  assert.deepEqual(drawn, []);
});

test('a review environment knows its branch and its end', async (t) => {
  const { environments } = await peopleWorld(t);
  const review = { app: 'shop', branch: 'fix', expiresAt: 5 };
  const made = await environments.create({ name: 'review-fix', review }, localActor);
  assert.deepEqual([made.kind, made.review], ['review', review]);
  assert.deepEqual(
    (await environments.list()).find(({ kind }) => kind === 'review'),
    made,
  );
});
