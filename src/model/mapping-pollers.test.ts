import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  effectiveVisibility,
  fewerPollers,
  firstPollers,
  morePollers,
  pollersAllowed,
  throttledPollers,
} from './mapping-pollers.ts';

test('five at first, then three hundred more a minute, up to what is allowed', () => {
  let pollers = morePollers(firstPollers, 1000, 1000);
  assert.equal(pollers.limit, 5);
  pollers = morePollers(pollers, 1199, 1000);
  assert.equal(pollers.limit, 5);
  pollers = morePollers(pollers, 61_000, 1000);
  assert.equal(pollers.limit, 305);
  assert.equal(morePollers(pollers, 999_000, 1000).limit, 1000);
  assert.equal(morePollers(pollers, 999_000, 5000).limit, 1250);
  assert.equal(morePollers(firstPollers, 0, 3).limit, 3);
});

test('a clock that jumps back grants nothing', () => {
  const pollers = morePollers(firstPollers, 100_000, 1000);
  assert.equal(morePollers(pollers, 5, 1000).limit, 5);
});

test('shrinks when less is found, halves when throttled, and recovers', () => {
  assert.equal(fewerPollers({ limit: 40 }).limit, 39);
  assert.equal(throttledPollers({ limit: 40 }).limit, 20);
  assert.equal(throttledPollers({ limit: 3 }).limit, 2);
  assert.equal(fewerPollers({ limit: 2 }).limit, 5);
  assert.equal(pollersAllowed({ limit: 5 }, 2), 2);
});

test('messages stay hidden long enough for window and function', () => {
  assert.equal(effectiveVisibility(30_000, 0, 3000), 30_000);
  assert.equal(effectiveVisibility(30_000, 28_000, 3000), 61_000);
});
