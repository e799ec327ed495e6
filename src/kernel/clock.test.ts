import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { setBackWatch } from './clock.ts';

test('a clock that was set back is noticed once; one that was set forth, or put right by little, is not', async () => {
  const clock = manualClock();
  const setBack = setBackWatch(clock);
  assert.equal(setBack(), 0);
  await clock.advance(60_000);
  assert.equal(setBack(), 0);
  clock.jump(-1000);
  assert.equal(setBack(), 0);
  clock.jump(3_600_000);
  assert.equal(setBack(), 0);
  await clock.advance(10_000);
  clock.jump(-2000);
  assert.equal(setBack(), 2000, 'although more time passed than it was set back by');
  assert.equal(setBack(), 0);
});
