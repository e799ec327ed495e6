import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../test/support/events-room.ts';
import { ACCOUNT } from '../../test/support/s3-room.ts';
import type { StoredEvent } from '../kernel/index.ts';
import type { BusEvent, DueSchedule } from '../model/index.ts';
import { matchBus, matchSchedules } from './match-bus.ts';
import type { Match, Subscription } from './subscription.ts';

const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
const fn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;
const role = `arn:aws:iam::${ACCOUNT}:role/r`;
const asked: string[] = [];
const ports = {
  mayInvoke: async (arn: string, caller: { sourceArn: string }) => asked.push(`${caller.sourceArn} invoke ${arn}`) > 0,
  mayAct: async (who: string, action: string, arn: string) => asked.push(`${who} ${action} ${arn}`) > 0,
};
let room: EventsRoom;
let match: Match;
before(async () => {
  room = await openEvents();
  match = matchBus(room.read, ports);
});
after(() => room.close());

async function put(more: object = {}): Promise<StoredEvent & { body: BusEvent }> {
  await room.call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{"n":1}', ...more }] });
  return (await room.events()).at(-1)!;
}
const names = (found: readonly Subscription[]) => found.map(({ subscriber }) => subscriber.replace(/^.*:rule\//, ''));

test('an event finds each target of each rule that matches, as soon as the rule is put', async () => {
  assert.deepEqual(await match(await put()), []);
  await room.call('PutRule', { Name: 'b', EventPattern: '{"source":["shop"]}' });
  await room.call('PutTargets', { Rule: 'b', Targets: ['1', '2'].map((Id) => ({ Id, Arn: queue })) });
  await room.call('PutRule', { Name: 'a', EventPattern: '{"detail":{"n":[1]}}' });
  await room.call('PutTargets', { Rule: 'a', Targets: [{ Id: '1', Arn: queue }] });
  assert.deepEqual(names(await match(await put())), ['a#1', 'b#1', 'b#2']);
  assert.deepEqual(names(await match(await put({ Detail: '{"n":2}' }))), ['b#1', 'b#2']);
  await room.call('DisableRule', { Name: 'b' });
  await room.call('RemoveTargets', { Rule: 'a', Ids: ['1'] });
  assert.deepEqual(await match(await put()), []);
  await room.call('EnableRule', { Name: 'b' });
  assert.equal((await match(await put())).length, 2);
  const event = await put();
  assert.deepEqual(await match({ ...event, body: { ...event.body, bus: `${event.body.bus}2` } }), []);
});

test('a bus that was made again has none of the rules it had', async () => {
  await room.call('CreateEventBus', { Name: 'own' });
  await room.call('PutRule', { Name: 'r', EventBusName: 'own', EventPattern: '{"source":["shop"]}' });
  await room.call('PutTargets', { Rule: 'r', EventBusName: 'own', Targets: [{ Id: '1', Arn: queue }] });
  assert.deepEqual(names(await match(await put({ EventBusName: 'own' }))), ['own/r#1']);
  await room.call('RemoveTargets', { Rule: 'r', EventBusName: 'own', Ids: ['1'] });
  await room.call('DeleteRule', { Name: 'r', EventBusName: 'own' });
  await room.call('DeleteEventBus', { Name: 'own' });
  await room.call('CreateEventBus', { Name: 'own' });
  assert.deepEqual(await match(await put({ EventBusName: 'own' })), []);
});

test('the rule is judged by the function, its role by itself', async () => {
  await room.call('PutRule', { Name: 'who', EventPattern: '{"source":["who"]}' });
  const stream = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`;
  const Targets = [
    { Id: '1', Arn: fn },
    { Id: '2', Arn: stream, RoleArn: role },
    { Id: '3', Arn: queue },
  ];
  await room.call('PutTargets', { Rule: 'who', Targets });
  const found = await match(await put({ Source: 'who' }));
  for (const one of found) assert.ok(await one.permitted());
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/who`;
  assert.deepEqual(asked, [`${arn} invoke ${fn}`, `${role} kinesis:PutRecord ${stream}`]);
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['function', 'put', 'put'],
  );
});

test('a schedule that was due carries its own target', async () => {
  const body: DueSchedule = {
    ...{ arn: 'arn:s', account: ACCOUNT, region: 'us-east-1', scheduledTime: 0, executionId: 'x' },
    target: { Arn: fn, RoleArn: role, Input: '{"try":<aws.scheduler.attempt-number>}' },
  };
  const [found, ...others] = await matchSchedules(ports)({ ...(await put()), body });
  assert.ok(found?.kind === 'function' && others.length === 0);
  assert.deepEqual([found.subscriber, found.functionArn, found.payload(2)], ['schedule:arn:s', fn, '{"try":2}']);
});
