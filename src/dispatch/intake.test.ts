import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { askRoute } from '../model/control-route.fixture.ts';
import { webhooks } from './webhooks.ts';
import { ACCOUNT, directory, open, place, type World } from './world.fixture.ts';

interface Answer {
  events: { id: string; duplicate: boolean }[];
}

const ask = async <T>(world: World, method: string, path: string, body?: unknown, more: object = {}) =>
  (await askRoute(world.dispatch.routes.find((one) => one.path === path && one.method === method)!, {
    ...{ body, place, ...more },
  })) as T;

const hook = async (world: World, path: string, body: string, headers: Record<string, string>) => {
  const door = world.dispatch.rawRoutes[0]!;
  const stream = () => assert.fail('it is read whole');
  const request = {
    method: 'POST',
    path,
    sourceIp: '127.0.0.1',
    query: new URLSearchParams(),
    headers,
    signal: new AbortController().signal,
  };
  const answer = await door.handle({ ...request, body: async () => Buffer.from(body), stream, trusted: true });
  return JSON.parse(String(answer.body)) as { id: string; duplicate: boolean };
};

test('an event from outside goes onto the bus once for its source and id', async () => {
  const world = await open(directory());
  const event = { specversion: '1.0', id: '1', source: 'shop', type: 'order.placed', subject: 'order/1', data: { total: 5 } };
  const first = await ask<Answer>(world, 'POST', '/events', event);
  const again = await ask<Answer>(world, 'POST', '/events', event);
  assert.deepEqual([first.events[0]!.duplicate, again.events[0]!.duplicate], [false, true]);
  assert.equal(first.events[0]!.id, again.events[0]!.id);
  await ask(world, 'POST', '/events', { ...event, source: 'other' });
  assert.equal(world.puts.length, 2);
  const { target, item } = world.puts[0]!;
  assert.deepEqual(target, { kind: 'bus', arn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default` });
  assert.deepEqual(
    [item.source, item.detailType, item.resources, item.body],
    ['shop', 'order.placed', ['order/1'], '{"total":5}'],
  );
  assert.equal(item.id, first.events[0]!.id);
  await world.close();
});

test('an event’s own time is its reader’s business: it is accepted now', async () => {
  const world = await open(directory());
  const event = { specversion: '1.0', id: '1', source: 'shop', type: 't', time: '1999-12-31T23:59:59Z' };
  const { events } = await ask<Answer>(world, 'POST', '/events', event);
  const { time, passedOn } = world.puts[0]!.item;
  assert.equal(time, world.clock.now());
  assert.deepEqual(passedOn, { id: events[0]!.id, ...place, time: '1999-12-31T23:59:59Z', hops: 0 });
  for (const wrong of [{ time: '+275760-09-12T00:00:00Z' }, { time: 'soon' }, { source: 'aws.s3' }])
    await assert.rejects(ask(world, 'POST', '/events', { ...event, id: '2', ...wrong }), { code: 'InvalidRequest' });
  await world.close();
});

test('a batch is accepted as a whole or not at all; plain JSON takes its names from the query', async () => {
  const world = await open(directory());
  const one = { specversion: '1.0', id: '1', source: 's', type: 't' };
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  await assert.rejects(ask(world, 'POST', '/events', [one, { ...one, type: '' }], { headers }), { code: 'InvalidRequest' });
  assert.equal(world.puts.length, 0);
  assert.equal((await ask<Answer>(world, 'POST', '/events', [one, { ...one, id: '2' }], { headers })).events.length, 2);
  await ask(world, 'POST', '/events', { a: 1 }, { query: new URLSearchParams('source=shop&type=t&bus=mine') });
  const { target, item } = world.puts[2]!;
  assert.deepEqual([target.arn.split('/')[1], item.source, item.detailType], ['mine', 'shop', 't']);
  await world.close();
});

const signed = (secret: string | Uint8Array, text: string, form: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', secret).update(text).digest(form);

test('webhooks accept what is signed as their scheme says, once, and nothing else', async () => {
  const world = await open(directory());
  const make = (scheme: string, secret?: string) =>
    ask<{ path: string; secret?: string }>(world, 'POST', '/hooks', { name: scheme, scheme, secret });
  const seconds = Math.floor(world.clock.now() / 1000);
  const body = '{"type":"charge","id":"evt_1"}';
  const github = await make('github', 'github-secret');
  const delivery = { 'x-github-event': 'push', 'x-github-delivery': 'd1' };
  const good = { ...delivery, 'x-hub-signature-256': `sha256=${signed('github-secret', body)}` };
  assert.equal((await hook(world, github.path, body, good)).duplicate, false);
  assert.equal((await hook(world, github.path, body, good)).duplicate, true);
  const stripe = await make('stripe', 'stripe-secret');
  const stamped = (time: number) => ({ 'stripe-signature': `t=${time},v1=${signed('stripe-secret', `${time}.${body}`)}` });
  await hook(world, stripe.path, body, stamped(seconds));
  const standard = await make('standard');
  const key = Buffer.from(standard.secret!.slice('whsec_'.length), 'base64');
  const signature = `v1,${signed(key, `m1.${seconds}.${body}`, 'base64')}`;
  await hook(world, standard.path, body, {
    'webhook-id': 'm1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature,
  });
  assert.deepEqual(
    world.puts.map(({ item }) => [item.source, item.detailType]),
    [
      ['webhook.github', 'push'],
      ['webhook.stripe', 'charge'],
      ['webhook.standard', 'charge'],
    ],
  );
  const plain = await make('plain', 'plain-secret');
  const others = { ...delivery, 'webhook-id': 'm9', 'x-signature': signed('plain-secret', body) };
  await hook(world, plain.path, body, others);
  assert.equal(world.puts.pop()!.item.detailType, 'charge', 'headers of other schemes are nobody’s word');
  for (const [path, headers] of [
    [github.path, delivery],
    [github.path, { 'x-hub-signature-256': `sha256=${signed('another', body)}` }],
    [stripe.path, stamped(seconds - 301)],
    [standard.path, { 'webhook-id': 'm2', 'webhook-timestamp': String(seconds), 'webhook-signature': signature }],
  ] as const)
    await assert.rejects(hook(world, path, body, headers), { status: 401 });
  await assert.rejects(hook(world, '/_dalamb/hooks/none', body, good), { status: 404 });
  assert.equal(world.puts.length, 3);
  await world.close();
});

test('webhooks are listed without their secrets, have one name each, and can be removed', async () => {
  const world = await open(directory());
  const made = await ask<{ secret: string; path: string }>(world, 'POST', '/hooks', { name: 'ci' });
  assert.match(made.secret, /^whsec_/);
  await assert.rejects(ask(world, 'POST', '/hooks', { name: 'ci' }), { status: 409 });
  await assert.rejects(ask(world, 'POST', '/hooks', { name: 'a b' }), { code: 'InvalidRequest' });
  await assert.rejects(ask(world, 'POST', '/hooks', { name: 'x', scheme: 'none' }), { code: 'InvalidRequest' });
  for (const secret of ['########', 'whsec_########', 'whsec_c2hvcnQ=', 'c2hvcnRlcg=='])
    await assert.rejects(ask(world, 'POST', '/hooks', { name: 'x', scheme: 'standard', secret }), { code: 'InvalidRequest' });
  const { hooks } = await ask<{ hooks: object[] }>(world, 'GET', '/hooks');
  assert.deepEqual(hooks, [{ name: 'ci', path: made.path, scheme: 'plain', bus: 'default', created: world.clock.now() }]);
  await ask(world, 'DELETE', '/hooks/:name', undefined, { params: { name: 'ci' } });
  await assert.rejects(hook(world, made.path, '{}', {}), { status: 404 });
  await world.close();
});

test('webhooks are counted, told apart and listed beyond what one read answers', async () => {
  const world = await open(directory());
  const secret = 'x'.repeat(740); // 512 characters, sealed
  const names = Array.from({ length: 1000 }, (_, i) => `hook-${String(i).padStart(58, '0')}`);
  const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${'b'.repeat(256)}`;
  await world.store.transact(async (tx) => {
    for (const name of names)
      await tx.put(webhooks, { ...place, id: name, name, bus, scheme: 'plain', sealed: secret, created: 0 });
  });
  const first = await world.store.read.range(webhooks, { index: 'name', prefix: [ACCOUNT, place.region], limit: 1000 });
  assert.ok(first.items.length < 1000, 'one read answers fewer');
  assert.equal((await ask<{ hooks: object[] }>(world, 'GET', '/hooks')).hooks.length, 1000);
  await assert.rejects(ask(world, 'POST', '/hooks', { name: 'more' }), /at most 1000/);
  await ask(world, 'DELETE', '/hooks/:name', undefined, { params: { name: names[0] } });
  await assert.rejects(ask(world, 'POST', '/hooks', { name: names.at(-1) }), { status: 409 });
  await world.close();
});
