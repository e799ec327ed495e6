import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, OTHER, refused } from '../../../test/support/s3-room.ts';
import type { PutCaller, PutItem } from '../../model/index.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

const rule = (account: string): PutCaller => ({
  service: 'events.amazonaws.com',
  sourceArn: `arn:aws:events:us-east-1:${account}:rule/r`,
  sourceAccount: account,
});
const item = (more: Partial<PutItem> = {}): PutItem => ({
  ...{ id: 'i1', body: '{"a":1}', time: Date.UTC(2026, 0, 1), source: 'aws.s3', detailType: 'Object Created', resources: ['r'] },
  caller: { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::b', sourceAccount: ACCOUNT },
  ...more,
});
const put = (arn: string, more: Partial<PutItem> = {}) => room.transact((tx) => room.putInto(tx, arn, item(more)));
const last = async () => (await room.events()).at(-1)!;

test('a service puts events on buses of its account', async () => {
  await put(bus, { cause: 'c' });
  const { id, cause, body } = await last();
  assert.deepEqual([id, cause], ['i1', 'c']);
  assert.deepEqual(body, {
    ...{ id: 'i1', source: 'aws.s3', detailType: 'Object Created', account: ACCOUNT, region: 'us-east-1' },
    ...{ time: '2026-01-01T00:00:00Z', resources: ['r'], detail: '{"a":1}', bus, ingested: Date.UTC(2026, 0, 1) },
  });
  await refused(put(bus.replace(ACCOUNT, OTHER)), 'TargetRefused');
  await refused(put(bus.replace('default', 'none')), 'TargetMissing');
});

test('an event that is passed on stays what it was', async () => {
  const passedOn = { id: 'first', account: OTHER, region: 'eu-west-1', time: '2020-01-01T00:00:00Z', hops: 2 };
  await put(bus, { passedOn, caller: { role: `arn:aws:iam::${ACCOUNT}:role/r` } });
  const { id, account, region, time, hops } = (await last()).body;
  assert.deepEqual({ id, account, region, time, hops }, passedOn);
  const ring = { ...passedOn, hops: 17 };
  await refused(put(bus, { passedOn: ring, caller: { role: `arn:aws:iam::${ACCOUNT}:role/r` } }), 'TargetInvalid');
});

test('rules and other accounts need the policy of the bus', async () => {
  const role = { role: `arn:aws:iam::${OTHER}:role/r` };
  for (const caller of [rule(ACCOUNT), rule(OTHER), role]) await refused(put(bus, { caller }), 'TargetRefused');
  await room.call('PutPermission', { Action: 'events:PutEvents', Principal: OTHER, StatementId: 'them' });
  for (const caller of [rule(OTHER), role]) await put(bus, { caller });
  await refused(put(bus, { caller: rule(ACCOUNT) }), 'TargetRefused');
  const statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'events:PutEvents', Resource: bus },
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/r' }, StringEquals: { 'events:source': 'aws.s3' } },
  };
  await room.call('PutPermission', { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
  await put(bus, { caller: rule(ACCOUNT) });
  await refused(put(bus, { caller: rule(ACCOUNT), source: 'other' }), 'TargetRefused');
  const deny = { ...statement, Effect: 'Deny', Condition: {} };
  await room.call('PutPermission', { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement, deny] }) });
  await refused(put(bus, { caller: rule(ACCOUNT) }), 'TargetRefused');
});

test('what can never be an event is invalid', async () => {
  const bad = [
    { body: 'text' },
    { body: '[]' },
    { source: '' },
    { detailType: '' },
    { body: JSON.stringify({ a: 'x'.repeat(1_048_576) }) },
  ];
  for (const more of bad) await refused(put(bus, more), 'TargetInvalid');
});
