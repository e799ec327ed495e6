import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { createTokenBuckets } from './http-api-throttle.ts';

test('a bucket lets a burst through, then its rate, and never more than a burst after a rest', async () => {
  const clock = manualClock();
  const take = createTokenBuckets(clock);
  const limits = { rate: 2, burst: 3 };
  const taken = (count: number) => Array.from({ length: count }, () => take('a', limits));
  assert.deepEqual(taken(4), [true, true, true, false]);
  await clock.advance(500);
  assert.deepEqual(taken(2), [true, false]);
  await clock.advance(60_000);
  assert.deepEqual(taken(4), [true, true, true, false]);
  assert.equal(take('b', limits), true);
});

test('zero lets nothing through', () => {
  const take = createTokenBuckets(manualClock());
  assert.equal(take('a', { rate: 0, burst: 0 }), false);
  assert.equal(take('a', { rate: 10, burst: 0 }), false);
});
