import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { Rounds } from './rounds.ts';

test('rounds come one after the other, go on after a failure, and end with stop, which waits', async () => {
  const clock = manualClock();
  const failures: unknown[] = [];
  let [began, ended] = [0, 0];
  let release = () => {};
  const rounds = new Rounds({
    clock,
    everyMs: 1000,
    round: async () => {
      began += 1;
      if (began === 1) throw new TypeError('once');
      if (began === 2) return 10;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      ended += 1;
    },
    failed: (error) => failures.push(error),
  });
  await rounds.start();
  await clock.advance(999);
  assert.equal(began, 0);
  await clock.advance(1);
  assert.deepEqual([began, failures.length], [1, 1]);
  await clock.advance(1000);
  assert.equal(began, 2);
  await clock.advance(10);
  assert.equal(began, 3, 'sooner, as the round asked');
  await clock.advance(5000);
  assert.equal(began, 3, 'never two at a time');
  let stopped = false;
  const stopping = rounds.stop().then(() => {
    stopped = true;
  });
  await clock.advance(0);
  assert.deepEqual([stopped, rounds.stopped], [false, true]);
  release();
  await stopping;
  await clock.advance(5000);
  assert.deepEqual([began, ended], [3, 1]);
});
