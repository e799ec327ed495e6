import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../../test/support/ecr-room.ts';
import { ACCOUNT, OTHER, refused } from '../../../../test/support/s3-room.ts';
import { askRoute } from '../../../model/control-route.fixture.ts';
import { logins } from '../collections.ts';
import { findLogin } from './logins.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const act = (method: string, host?: string, body?: unknown, account = ACCOUNT) =>
  askRoute(
    room.routes.find(
      (route) => route.method === method && route.path === (host === undefined ? '/registries' : '/registries/:host'),
    )!,
    { params: host === undefined ? {} : { host }, body, place: { account, region: 'us-east-1' } },
  );

test('a login is kept sealed, for its account and host, and its password never shown', async () => {
  await act('PUT', 'Registry.LAN:5000', { user: 'u', password: 'secret' });
  assert.deepEqual(await findLogin(room.deps, ACCOUNT, 'registry.lan:5000'), { user: 'u', password: 'secret' });
  assert.equal(await findLogin(room.deps, OTHER, 'registry.lan:5000'), undefined);
  const listed = await act('GET');
  assert.deepEqual(listed, { registries: [{ host: 'registry.lan:5000', user: 'u', created: room.clock.now() }] });
  const row = await room.store.read.get(logins, [ACCOUNT, 'registry.lan:5000']);
  assert.doesNotMatch(JSON.stringify(row), /secret/);
  assert.equal(room.deps.box.open(row!.password, `ecr.login ${ACCOUNT} other.lan`), undefined);
  await act('DELETE', 'registry.lan:5000');
  await refused(act('DELETE', 'registry.lan:5000'), 'NoSuchThing');
});

test('Docker Hub has one name', async () => {
  await act('PUT', 'index.docker.io', { user: 'u', password: 'p' });
  assert.ok(await findLogin(room.deps, ACCOUNT, 'docker.io'));
});

test('what is no login is refused by name', async () => {
  await refused(act('PUT', 'a/b', { user: 'u', password: 'p' }), 'InvalidRequest');
  for (const body of [
    undefined,
    {},
    { user: 'u' },
    { user: 'a:b', password: 'p' },
    { user: 'u', password: '' },
    { user: 'u', password: 'p', x: 1 },
  ])
    await refused(act('PUT', 'a.lan', body), 'InvalidRequest');
});
