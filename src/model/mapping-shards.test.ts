import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sliceOf } from './mapping-decisions.ts';
import { newShard, recut, wasDone, withoutPassed } from './mapping-shards.ts';

const fresh = (factor: number) => newShard({ uuid: 'u', shardId: 's', lane: 0 }, 5, factor);

test('a new shard begins everywhere at its position', () => {
  assert.deepEqual(fresh(2).slices, [{ position: 5 }, { position: 5 }]);
  assert.equal(recut(fresh(2), 2).earlier, undefined);
});

test('another cut begins at the lowest position and knows what was done', () => {
  const shard = { ...fresh(2), slices: [{ position: 9 }, { position: 6, work: [] }] };
  const cut = recut(shard, 3);
  assert.deepEqual([cut.slices, cut.earlier], [[{ position: 6 }, { position: 6 }, { position: 6 }], [[9, 6]]]);
  const passed = withoutPassed({ ...cut, slices: cut.slices.map(() => ({ position: 9 })) });
  assert.equal(passed.earlier, undefined);
});

test('over any number of cuts every record is done exactly once', () => {
  const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.array(fc.nat(15), { minLength: 10, maxLength: 10 })), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(cuts, (steps) => {
      const keys = Array.from({ length: 40 }, (_, i) => `k${i % 13}`);
      const done = keys.map(() => 0);
      let shard = newShard({ uuid: 'u', shardId: 's', lane: 0 }, 0, 1);
      for (const [factor, moves] of [...steps, [1, Array(10).fill(100)] as [number, number[]]]) {
        shard = recut(shard, factor);
        const before = shard;
        shard = withoutPassed({
          ...shard,
          slices: shard.slices.map(({ position }, i) => {
            const to = Math.min(keys.length, position + moves[i]!);
            for (let at = position; at < to; at++)
              if (sliceOf(keys[at]!, factor) === i && !wasDone(before, keys[at]!, at)) done[at]! += 1;
            return { position: to };
          }),
        });
      }
      assert.deepEqual(
        done,
        keys.map(() => 1),
      );
    }),
    { numRuns: 200 },
  );
});
