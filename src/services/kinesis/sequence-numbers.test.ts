import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSequence, parseShardId, sequenceNumber, shardIdOf } from './sequence-numbers.ts';

const place = fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 2 ** 36 - 1 }));

test('sequence numbers have 56 digits, come back, and grow with position and shard', () =>
  fc.assert(
    fc.property(place, place, ([shard, position], [otherShard, otherPosition]) => {
      const [one, other] = [sequenceNumber(shard, position), sequenceNumber(otherShard, otherPosition)];
      assert.match(one, /^496\d{53}$/);
      assert.deepEqual(parseSequence(one), { shard, position });
      assert.equal(BigInt(one) < BigInt(other), shard < otherShard || (shard === otherShard && position < otherPosition));
    }),
    { numRuns: 200 },
  ));

test('anything else is none', () => {
  for (const text of [
    '',
    '0',
    '49',
    sequenceNumber(1, 1).slice(1),
    `${sequenceNumber(1, 1)}0`,
    sequenceNumber(1, 1).replace('496', '495'),
  ])
    assert.equal(parseSequence(text), undefined);
});

test('shard ids', () => {
  assert.equal(shardIdOf(12), 'shardId-000000000012');
  assert.deepEqual(['shardId-000000000012', '12', 'shardId-', 'x', '', '9999999999'].map(parseShardId), [
    12,
    12,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
