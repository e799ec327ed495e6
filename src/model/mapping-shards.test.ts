import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sliceOf } from './mapping-decisions.ts';
import { markOf, newShard, recut, rewound, wasDone, withoutPassed } from './mapping-shards.ts';

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

test('going back takes the lowest position, and is never forward', () => {
  const row = (shardId: string, positions: number[], over = {}) => ({
    ...{ uuid: 'u', shardId, lane: 0 },
    slices: positions.map((position) => ({ position })),
    ...over,
  });
  assert.deepEqual(markOf(row('a', [7, 5])), { shardId: 'a', lane: 0, position: 5 });
  assert.deepEqual(markOf(row('b', [7], { done: true })), { shardId: 'b', lane: 0 });
  const marks = [
    { shardId: 'a', lane: 0, position: 5 },
    { shardId: 'b', lane: 0 },
    { shardId: 'c', lane: 0, position: 5 },
    { shardId: 'd', lane: 0, position: 5 },
    { shardId: 'e', lane: 0, position: 5 },
  ];
  const rows = [
    row('a', [9, 8]),
    row('b', [7], { done: true }),
    row('c', [4, 5]),
    row('d', [9, 9], { done: true, window: { start: 0, end: 1, state: {} } }),
    row('later', [1]),
    row('e', [9], { lane: 1 }),
  ];
  const { back, gone } = rewound('u', { marks, rows, factor: 2 });
  assert.deepEqual(
    back,
    ['a', 'd'].map((shardId) => newShard({ uuid: 'u', shardId, lane: 0 }, 5, 2)),
  );
  assert.deepEqual(
    gone.map(({ shardId }) => shardId),
    ['later'],
  );
  const fresh = rewound('u', { marks, rows: [], factor: 1 }).back;
  assert.deepEqual(fresh[1], { ...newShard({ uuid: 'u', shardId: 'b', lane: 0 }, 0, 1), done: true });
});
