import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('ListRules goes through the rules of one bus by name', async () => {
  for (const Name of ['b2', 'a', 'b1', 'b3']) await room.call('PutRule', { Name, EventPattern: '{"a":[1]}' });
  const names = ({ Rules }: { Rules?: { Name: string }[] }) => Rules!.map(({ Name }) => Name);
  const first = await room.call('ListRules', { Limit: 2 });
  assert.deepEqual(names(first), ['a', 'b1']);
  const second = await room.call('ListRules', { Limit: 2, NextToken: first.NextToken });
  assert.deepEqual([names(second), second.NextToken], [['b2', 'b3'], undefined]);
  assert.deepEqual(names(await room.call('ListRules', { NamePrefix: 'b' })), ['b1', 'b2', 'b3']);
  const [rule] = (await room.call('ListRules', { NamePrefix: 'a' })).Rules;
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/a`;
  assert.deepEqual(rule, { Name: 'a', Arn: arn, EventPattern: '{"a":[1]}', State: 'ENABLED', EventBusName: 'default' });
  await refused(room.call('ListRules', { NextToken: 'no token' }), 'ValidationException');
  await refused(room.call('ListRules', { EventBusName: 'none' }), 'ResourceNotFoundException');
});
