import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adjoins, evenRanges, HASH_KEYS, type HashRange, hexOf } from './hash-keys.ts';
import { type PlannedShard, planUniform, type Resharding } from './reshardings.ts';

/** Ranges between random cuts, in a random order. */
const cutRanges = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: HASH_KEYS - 1n }), { maxLength: 20 })
  .map((cuts) => {
    const edges = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1)), HASH_KEYS];
    return edges.slice(1).map((edge, i) => ({ from: hexOf(edges[i]!), to: hexOf(edge - 1n) }));
  })
  .chain((ranges) => fc.shuffledSubarray(ranges, { minLength: ranges.length }));

const stillOpen = (all: readonly HashRange[], { closed }: Resharding) => {
  const left = all.filter((_, index) => !closed.includes(index)).map(({ from, to }) => ({ from, to }));
  return left.sort((a, b) => (a.from < b.from ? -1 : 1));
};

/** A child is half of one parent, or two neighbours together. */
function assertDescent(all: readonly HashRange[], child: PlannedShard, index: number): void {
  const parents = child.parents.map((parent) => all[parent]!);
  assert.ok(child.parents.every((parent) => parent < index));
  if (parents.length === 1) assert.ok(parents[0]!.from <= child.from && child.to <= parents[0]!.to);
  else {
    assert.equal(parents.length, 2);
    assert.ok(adjoins(parents[0]!, parents[1]!));
    assert.deepEqual([child.from, child.to], [parents[0]!.from, parents[1]!.to]);
  }
}

test('from any ranges to even ones, by splits in two and merges of two', () =>
  fc.assert(
    fc.property(cutRanges, fc.integer({ min: 1, max: 30 }), (open, count) => {
      const plan = planUniform(open, count);
      const all = [...open, ...plan.made];
      assert.deepEqual(stillOpen(all, plan), evenRanges(count));
      assert.equal(new Set(plan.closed).size, plan.closed.length);
      for (const [i, child] of plan.made.entries()) assertDescent(all, child, open.length + i);
      const parents = plan.made.flatMap((child) => child.parents);
      assert.deepEqual([...new Set(parents)].sort(), [...plan.closed].sort(), 'who has children is closed, and nobody else');
    }),
    { numRuns: 150 },
  ));

test('twice as many are splits only, half as many merges only, as many nothing', () => {
  assert.equal(planUniform(evenRanges(4), 8).made.length, 8);
  assert.equal(planUniform(evenRanges(8), 4).made.length, 4);
  assert.deepEqual(planUniform(evenRanges(5), 5), { made: [], closed: [] });
});
