import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEvent } from '../kernel/index.ts';
import { namedRecord, nearOf, threadsOf } from './batch-threads.ts';
import { changeEventId, changePlace } from './table-changes.ts';

const sequence = (position: number) => `496${'0'.repeat(10)}${'0'.repeat(32)}${String(position).padStart(11, '0')}`;

test('neighbours share a thread, others do not', () => {
  assert.equal(threadsOf([0, 1, 50, 99].map(sequence)).size, 1);
  assert.equal(threadsOf([99, 100].map(sequence)).size, 2);
  const message = (ms: string) => `0192f0a1-${ms}-7000-8000-000000000000`;
  assert.equal(threadsOf(['0100', '0101', '01ff'].map(message)).size, 1);
  assert.equal(threadsOf(['01ff', '0200'].map(message)).size, 2);
  const random = ['11111111-2222-4333-8444-555555555555', '11111111-2222-4333-8444-555555555556'];
  assert.deepEqual([...threadsOf(random)], random);
  assert.notEqual(nearOf('12'), nearOf('123'));
  const mixed = [message('0100'), sequence(5), ...random, '7', '12', message('01ff'), sequence(105), '123', sequence(6)];
  assert.deepEqual([...threadsOf(mixed)].sort(), [...new Set(mixed.map(nearOf))].sort());
});

test('the event ids that functions get lead to sequence numbers', () => {
  assert.deepEqual(namedRecord(`shardId-000000000007:${sequence(4)}`), { record: sequence(4) });
  assert.deepEqual(namedRecord('m'), { record: 'm' });
  const event = { id: 'abcdef0123456789abcdef0123456789', lane: 131_071, position: 2 ** 36 - 1 } as StoredEvent;
  const id = changeEventId(event);
  assert.match(id, /^abcdef0123456789ab[0-9a-f]{14}$/);
  assert.deepEqual(changePlace(id), { lane: 131_071, position: 2 ** 36 - 1 });
  assert.deepEqual(namedRecord(id), { record: `1${String(2 ** 36 - 1).padStart(20, '0')}`, lane: 131_071 });
  assert.equal(changePlace(id.toUpperCase()), undefined);
});
