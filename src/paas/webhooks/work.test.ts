import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubPush } from '../../model/repository-payloads.fixture.ts';
import { deliveries } from './collections.ts';
import { hmac, openWebhookRoom, type RoomOptions, until, type WebhookRoom } from './webhooks.fixture.ts';

async function connected(t: { after(fn: () => Promise<void>): void }, options: RoomOptions = {}) {
  const room = await openWebhookRoom(options);
  t.after(() => room.close());
  const { url, api } = room.elsewhere;
  const asked = { provider: 'github', url, apiUrl: api, credentials: { token: 't0ken' }, branches: { main: 'prod' } };
  const { repository, secret } = await room.control('POST', asked);
  const push = (delivery: string) => {
    const body = JSON.stringify(githubPush());
    const headers = {
      'x-github-event': 'push',
      'x-github-delivery': delivery,
      'x-hub-signature-256': `sha256=${hmac(secret, body)}`,
    };
    return room.send(repository.webhook, headers, body);
  };
  return { room, push };
}

const states = async (room: WebhookRoom) =>
  (await room.store.read.range(deliveries, { limit: 100 })).items.map(({ state }) => state);

test('what was answered is done after a start, also when a stop came in the middle; that try does not count', async (t) => {
  const { room, push } = await connected(t, { started: false });
  const commit = await room.elsewhere.commit('main', { a: '1' });
  assert.equal((await push('one')).status, 202);
  assert.deepEqual(await states(room), ['open']);
  let building = false;
  room.build = ({ signal }) =>
    new Promise((_, reject) => {
      building = true;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  await room.webhooks.service.start();
  await until(() => building);
  await room.webhooks.service.stop(AbortSignal.abort());
  const [row] = (await room.store.read.range(deliveries, { limit: 1 })).items;
  assert.deepEqual([row!.state, row!.attempts, room.deployed.length], ['open', 0, 0]);
  room.build = async () => {};
  await room.webhooks.service.start();
  await until(async () => (await states(room))[0] === 'done');
  assert.deepEqual(
    room.deployed.map((one) => one.commit),
    [commit],
  );
});

test('a work that ends the process each time is given up', async (t) => {
  const { room, push } = await connected(t, { started: false });
  await push('one');
  const [row] = (await room.store.read.range(deliveries, { limit: 1 })).items;
  await room.store.transact((tx) => tx.put(deliveries, { ...row!, attempts: 3 }));
  await room.webhooks.service.start();
  await until(async () => (await states(room))[0] === 'failed');
  const [after] = (await room.store.read.range(deliveries, { limit: 1 })).items;
  assert.match(after!.detail!, /stopped in the middle of it 3 times/);
});

test('nothing is fetched from, and nothing told to, what the egress settings close', async (t) => {
  const { room, push } = await connected(t, { mayConnect: () => false });
  await room.elsewhere.commit('main', { a: '1' });
  await push('one');
  await until(async () => (await states(room))[0] === 'failed');
  const [row] = (await room.store.read.range(deliveries, { limit: 1 })).items;
  assert.match(row!.detail!, /are not allowed \(\[egress\]\)/);
  assert.deepEqual(room.elsewhere.told, []);
});

test('what is over is forgotten after thirty days, what is open never', async (t) => {
  const { room } = await connected(t, { started: false });
  const event = { kind: 'ignored', reason: 'r' } as const;
  const row = { link: 'l', part: 0, app: 'gone', event, attempts: 0, dueAt: Number.MAX_SAFE_INTEGER };
  await room.store.transact(async (tx) => {
    await tx.put(deliveries, { ...row, delivery: 'old', at: 1, state: 'ignored' });
    await tx.put(deliveries, { ...row, delivery: 'new', at: Date.now(), state: 'ignored' });
    await tx.put(deliveries, { ...row, delivery: 'open', at: 1, state: 'open', lane: 'gone push main' });
  });
  await room.webhooks.service.start();
  const left = async () => (await room.store.read.range(deliveries, { limit: 9 })).items.map(({ delivery }) => delivery);
  await until(async () => (await left()).length === 2);
  assert.deepEqual(await left(), ['new', 'open']);
});
