import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const event = (more: object = {}) =>
  JSON.stringify({ id: '1', account: ACCOUNT, source: 's', time: 't', region: 'r', 'detail-type': 'd', ...more });
const ask = (EventPattern: string, Event: string) => room.call('TestEventPattern', { EventPattern, Event });

test('TestEventPattern says whether an event matches', async () => {
  assert.deepEqual(await ask('{"source":["s"]}', event()), { Result: true });
  assert.deepEqual(await ask('{"source":["x"]}', event()), { Result: false });
  assert.deepEqual(await ask('{"detail":{"a":[{"numeric":[">",1]}]}}', event({ detail: { a: 2 } })), { Result: true });
});

test('TestEventPattern refuses what is no pattern and what is no event', async () => {
  await refused(ask('{"source":"s"}', event()), 'InvalidEventPatternException');
  for (const bad of ['plain string', '["x"]', '{"testEvent":"value"}', 'null']) {
    assert.equal((await refused(ask('{"source":["s"]}', bad), 'ValidationException')).message, 'Parameter Event is not valid.');
  }
});
