import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds } from '../../kernel/index.ts';
import { createMessageIds, firstIdAt, messageIdFrom } from './message-ids.ts';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('are UUIDs that order as they were made', () => {
  const next = createMessageIds(randomIds);
  const made = [...Array(3000).keys()].map((i) => next(1_767_225_600_000 + Math.floor(i / 1000)));
  for (const id of made) assert.match(id, UUID7);
  assert.deepEqual([...made].sort(), made);
  assert.equal(new Set(made).size, made.length);
});

test('begin where their time begins', () => {
  const next = createMessageIds(randomIds);
  for (const time of [0, 1, 1_767_225_600_000]) {
    assert.ok(next(time) >= firstIdAt(time));
    assert.ok(next(time) < firstIdAt(time + 1));
  }
});

test('of a text and a time there is one', () => {
  const id = messageIdFrom('delivery', 1_767_225_600_000);
  assert.match(id, UUID7);
  assert.equal(messageIdFrom('delivery', 1_767_225_600_000), id);
  assert.notEqual(messageIdFrom('other', 1_767_225_600_000), id);
});
