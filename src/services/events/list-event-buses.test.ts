import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('ListEventBuses shows the default bus among the others, by name', async () => {
  for (const Name of ['z', 'a1', 'a2']) await room.call('CreateEventBus', { Name });
  const names = async (input: object) => {
    const { EventBuses, NextToken } = await room.call('ListEventBuses', input);
    return [(EventBuses as { Name: string }[]).map(({ Name }) => Name).join(), NextToken];
  };
  assert.deepEqual(await names({}), ['a1,a2,default,z', undefined]);
  assert.deepEqual(await names({ NamePrefix: 'a' }), ['a1,a2', undefined]);
  const [first, NextToken] = await names({ Limit: 3 });
  assert.equal(first, 'a1,a2,default');
  assert.deepEqual(await names({ Limit: 3, NextToken }), ['z', undefined]);
  await room.call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' });
  assert.deepEqual(await names({}), ['a1,a2,default,z', undefined]);
  await refused(room.call('ListEventBuses', { NextToken: ACCOUNT }), 'ValidationException');
});
