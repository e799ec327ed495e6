import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { Rounds, type RoundsOptions } from './rounds.ts';

function counted(options: Partial<RoundsOptions> & Pick<RoundsOptions, 'round'>) {
  const clock = manualClock();
  const count = { began: 0, ended: 0, failed: 0 };
  const rounds = new Rounds({
    clock,
    everyMs: 1000,
    failed: () => {
      count.failed += 1;
    },
    ...options,
    round: async (signal) => {
      count.began += 1;
      const answer = await options.round(signal);
      count.ended += 1;
      return answer;
    },
  });
  return { clock, count, rounds };
}

/** Rounds that last until they are let go. */
function held() {
  let release = () => {};
  const of = counted({
    round: () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  });
  return { ...of, release: () => release() };
}

test('the first round comes when its time has come, the next after the end of the one before', async () => {
  const { clock, count, rounds } = counted({ round: async () => {} });
  await rounds.start();
  await clock.advance(999);
  assert.equal(count.began, 0);
  await clock.advance(1);
  assert.equal(count.began, 1);
  await clock.advance(3000);
  assert.equal(count.began, 4);
  await rounds.stop();
});

test('a first round can come sooner', async () => {
  const { clock, count, rounds } = counted({ firstMs: 0, round: async () => {} });
  await rounds.start();
  await clock.advance(0);
  assert.equal(count.began, 1);
  await clock.advance(999);
  assert.equal(count.began, 1);
  await rounds.stop();
});

test('a round that fails tells it, and the next one comes', async () => {
  const { clock, count, rounds } = counted({ round: () => Promise.reject(new TypeError('never')) });
  await rounds.start();
  await clock.advance(2000);
  assert.deepEqual(count, { began: 2, ended: 0, failed: 2 });
  await rounds.stop();
});

test('a round says when the next one comes: sooner, later, or not by itself', async () => {
  const waits = [10, 5000, Number.POSITIVE_INFINITY];
  const { clock, count, rounds } = counted({ round: async () => waits.shift() });
  await rounds.start();
  await clock.advance(1000);
  await clock.advance(10);
  assert.equal(count.began, 2);
  await clock.advance(4999);
  assert.equal(count.began, 2);
  await clock.advance(1);
  assert.equal(count.began, 3);
  await clock.advance(1_000_000);
  assert.equal(count.began, 3);
  rounds.wake();
  assert.equal(count.began, 4, 'woken');
  await rounds.stop();
});

test('waking begins a round at once, and the next one is as far away as ever', async () => {
  const { clock, count, rounds } = counted({ round: async () => {} });
  rounds.wake();
  assert.equal(count.began, 0, 'not before the start');
  await rounds.start();
  await clock.advance(900);
  rounds.wake();
  assert.equal(count.began, 1);
  await clock.advance(999);
  assert.equal(count.began, 1);
  await clock.advance(1);
  assert.equal(count.began, 2);
  await rounds.stop();
  rounds.wake();
  assert.equal(count.began, 2, 'nor after the stop');
});

test('there are never two at a time: whatever wakes while one runs makes one more', async () => {
  const { clock, count, rounds, release } = held();
  await rounds.start();
  await clock.advance(1000);
  await clock.advance(5000);
  assert.equal(count.began, 1);
  rounds.wake();
  rounds.wake();
  assert.equal(count.began, 1);
  release();
  await clock.advance(0);
  assert.equal(count.began, 2);
  release();
  await clock.advance(999);
  assert.equal(count.began, 2, 'one more, not two');
  await rounds.stop();
});

test('stop waits for the round that runs, tells it to end, and no other comes', async () => {
  let given: AbortSignal | undefined;
  let fail = (_: unknown) => {};
  const { clock, count, rounds } = counted({
    round: (signal) => {
      given = signal;
      return new Promise((_, reject) => {
        fail = reject;
      });
    },
  });
  await rounds.start();
  await clock.advance(1000);
  rounds.wake();
  let stopped = false;
  const stopping = rounds.stop().then(() => {
    stopped = true;
  });
  await clock.advance(0);
  assert.deepEqual([stopped, rounds.stopped, given?.aborted], [false, true, true]);
  fail(new TypeError('the store is closed'));
  await stopping;
  await clock.advance(5000);
  assert.deepEqual(count, { began: 1, ended: 0, failed: 0 }, 'what fails by the stop is not told');
});

test('what was stopped can be started again', async () => {
  const { clock, count, rounds } = counted({ round: async (signal) => assert.equal(signal.aborted, false) });
  await rounds.start();
  await rounds.stop();
  await clock.advance(5000);
  await rounds.start();
  assert.equal(rounds.stopped, false);
  await clock.advance(1000);
  rounds.wake();
  assert.deepEqual(count, { began: 2, ended: 1, failed: 0 });
  await rounds.stop();
});
