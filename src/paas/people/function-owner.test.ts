import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor, Release } from '../../model/index.ts';
import { devStages, releases, stages } from '../collections.ts';
import { peopleWorld } from './people.fixture.ts';

const DEV = '222222222222';
const denied = { code: 'AccessDenied' };

/** Two applications, one of whose names begins with the other's, with a release of one process each. */
async function world(t: Parameters<typeof peopleWorld>[0]) {
  const of = await peopleWorld(t);
  const release = (app: string, process: string) =>
    of.store.transact(async (tx) => {
      const stage = (await tx.get(stages, [app, DEV]))!;
      await tx.put(stages, { ...stage, current: 1 });
      await tx.put(releases, {
        app,
        account: DEV,
        number: 1,
        contents: { processes: [{ name: process }] },
      } as unknown as Release);
    });
  for (const [app, process] of [
    ['shop', 'web'],
    ['shop-two', 'web'],
  ] as const) {
    await of.app(app, DEV);
    await release(app, process);
  }
  const asks = (actor: Actor, line: string, name: string, place = { account: DEV, region: 'us-east-1' }) => {
    const [method, path] = line.split(' ') as [string, string];
    const [params, query] = path.includes(':name') ? [{ name }, {}] : [{}, { group: name }];
    return of.people.mayCall({ actor, route: { method, path }, params, query: new URLSearchParams(query as never), place });
  };
  return { ...of, asks, release };
}

test('people of an application read its logs and call its functions, and no other’s', async (t) => {
  const { asks, user } = await world(t);
  const [ann, ben] = [
    await user('ann', 'deployer', { app: 'shop' }),
    await user('ben', 'reader', { app: 'shop', environment: DEV }),
  ];
  assert.equal(await asks(ann, 'POST /functions/:name/invoke', 'shop-web'), DEV);
  assert.equal(await asks(ann, 'POST /functions/:name/events', 'shop-web'), DEV);
  for (const actor of [ann, ben]) assert.equal(await asks(actor, 'GET /logs', '/aws/lambda/shop-web'), DEV);
  await assert.rejects(asks(ben, 'POST /functions/:name/invoke', 'shop-web'), denied);
  for (const name of [
    'shop-two-web',
    'shop-two',
    'shop',
    'shop-',
    'web',
    'shop-job',
    'shop-web:live',
    `arn:aws:lambda:us-east-1:${DEV}:function:shop-web`,
    '',
  ])
    await assert.rejects(asks(ann, 'POST /functions/:name/invoke', name), denied, name);
  for (const group of ['/aws/lambda/shop-two-web', '/aws/lambda/', 'shop-web', '/aws/lambda/shop-web/x', '/other'])
    await assert.rejects(asks(ann, 'GET /logs', group), denied, group);
  await assert.rejects(asks(ann, 'PUT /functions/:name/egress', 'shop-web'), denied, 'only where the table says so');
});

test('only where the application runs', async (t) => {
  const { asks, user, store } = await world(t);
  const ann = await user('ann', 'deployer', { app: 'shop' });
  for (const place of [
    { account: DEV, region: 'eu-west-1' },
    { account: '333333333333', region: 'us-east-1' },
  ])
    await assert.rejects(asks(ann, 'POST /functions/:name/invoke', 'shop-web', place), denied);
  await assert.rejects(asks(ann, 'POST /functions/:name/invoke', 'shop-new'), denied);
  await store.transact((tx) => tx.put(devStages, { app: 'shop', account: DEV, processes: ['new'] }));
  assert.equal(await asks(ann, 'POST /functions/:name/invoke', 'shop-new'), DEV, 'in development');
});
