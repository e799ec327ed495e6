import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterBatch,
  type BatchResult,
  cutBatches,
  expiredAtHead,
  pauseMs,
  RECORDS_BYTES,
  setApart,
  sliceOf,
  type Work,
} from './mapping-decisions.ts';

const work: Work = { from: 10, to: 20, attempts: 0, invocations: 0 };
const positions = [10, 12, 14, 16];
const rules = { maxRetries: 2, bisect: false };

test('success ends a batch, a throttle changes nothing', () => {
  assert.deepEqual(afterBatch(rules, work, positions, { kind: 'success' }), { delivered: 4, next: [], pause: false });
  assert.deepEqual(afterBatch(rules, work, positions, { kind: 'throttled' }), { delivered: 0, next: [work], pause: true });
});

test('one record is set apart without a gap, wherever it stands', () => {
  const pieces = (at: number, of: readonly number[] = positions) => setApart(work, of, at).map(({ from, to }) => [from, to]);
  assert.deepEqual(pieces(0), [
    [10, 12],
    [12, 20],
  ]);
  assert.deepEqual(pieces(2), [
    [10, 14],
    [14, 16],
    [16, 20],
  ]);
  assert.deepEqual(pieces(3), [
    [10, 16],
    [16, 20],
  ]);
  assert.deepEqual(pieces(0, [11]), [[10, 20]]);
});

test('an error is tried again as often as allowed', () => {
  const once = afterBatch(rules, work, positions, { kind: 'error' });
  assert.deepEqual(once, { delivered: 0, next: [{ ...work, attempts: 1, invocations: 1 }], pause: true });
  const last = afterBatch(rules, { ...work, attempts: 2, invocations: 2 }, positions, { kind: 'error' });
  assert.deepEqual(last, { delivered: 0, next: [], discarded: 'RetryAttemptsExhausted', pause: false });
  const endless = afterBatch({ ...rules, maxRetries: -1 }, { ...work, attempts: 9999, invocations: 9999 }, positions, {
    kind: 'error',
  });
  assert.equal(endless.next[0]?.attempts, 10_000);
});

test('a partial failure goes on with the lowest record listed', () => {
  const step = afterBatch(rules, work, positions, { kind: 'partial', failed: 2 });
  assert.deepEqual(step, { delivered: 2, next: [{ from: 14, to: 20, attempts: 1, invocations: 1 }], pause: true });
  const split = afterBatch({ ...rules, bisect: true }, work, positions, { kind: 'partial', failed: 2 });
  assert.deepEqual(split.next, [{ from: 14, to: 20, attempts: 0, invocations: 1 }]);
  const stuck = afterBatch({ ...rules, bisect: true }, work, positions, { kind: 'partial', failed: 0 });
  assert.deepEqual(stuck.next, [{ ...work, attempts: 1, invocations: 1 }]);
});

test('bisection splits what failed in two without counting', () => {
  const step = afterBatch({ ...rules, bisect: true }, work, positions, { kind: 'error' });
  assert.deepEqual(
    step.next.map(({ from, to, attempts }) => [from, to, attempts]),
    [
      [10, 14, 0],
      [14, 20, 0],
    ],
  );
  const one = afterBatch({ ...rules, bisect: true }, work, [10], { kind: 'error' });
  assert.deepEqual(one.next, [{ ...work, attempts: 1, invocations: 1 }]);
});

/** Plays a slice to its end with a function that answers as told. */
function play(size: number, maxRetries: number, bisect: boolean, answer: (records: number[], nth: number) => BatchResult) {
  const [delivered, discarded]: [number[], number[]] = [[], []];
  let queue: Work[] = [{ from: 0, to: size, attempts: 0, invocations: 0 }];
  for (let nth = 0; queue.length > 0; nth++) {
    assert.ok(nth < 100_000, 'it comes to an end');
    const [head, ...rest] = queue as [Work];
    const records = Array.from({ length: head.to - head.from }, (_, i) => head.from + i);
    const step = afterBatch({ maxRetries, bisect }, head, records, answer(records, nth));
    delivered.push(...records.slice(0, step.delivered));
    if (step.discarded) discarded.push(...records.slice(step.delivered));
    queue = [...step.next, ...rest];
    assert.deepEqual(
      [...queue].sort((a, b) => a.from - b.from),
      queue,
      'in order',
    );
  }
  return { delivered, discarded };
}

test('whatever the function does, each record ends once, in order, and only poison is given up when batches are split', () => {
  const results = fc.array(fc.tuple(fc.constantFrom('success', 'error', 'partial'), fc.nat()), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      results,
      (size, retries, bisect, list) => {
        const { delivered, discarded } = play(size, retries, bisect, (records, nth) => {
          const [kind, n] = list[nth % list.length]!;
          return kind === 'partial' ? { kind, failed: n % records.length } : ({ kind } as BatchResult);
        });
        assert.deepEqual(
          [...delivered].sort((a, b) => a - b),
          delivered,
        );
        assert.deepEqual(
          [...delivered, ...discarded].sort((a, b) => a - b),
          Array.from({ length: size }, (_, i) => i),
        );
      },
    ),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.uniqueArray(fc.nat(63)),
      fc.integer({ min: 0, max: 3 }),
      (size, poison, retries) => {
        const bad = new Set(poison);
        const { discarded } = play(size, retries, true, (records) => ({
          kind: records.some((one) => bad.has(one)) ? 'error' : 'success',
        }));
        assert.deepEqual(
          discarded,
          [...bad].filter((one) => one < size).sort((a, b) => a - b),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('the oldest records of a batch expire', () => {
  assert.equal(expiredAtHead([1, 2, 3], 103, 100), 2);
  assert.equal(expiredAtHead([1, 2, 3], 102, 100), 1);
  assert.equal(expiredAtHead([1, 2], 1000, 100), 2);
  assert.equal(expiredAtHead([1, 2], 1000, -1), 0);
});

test('pauses double up to a minute, with jitter', () => {
  assert.deepEqual(
    [1, 2, 3].map((tries) => pauseMs(tries, 1)),
    [250, 500, 1000],
  );
  assert.equal(pauseMs(1, 0), 125);
  assert.deepEqual([pauseMs(9, 1), pauseMs(1000, 1)], [60_000, 60_000]);
});

test('batches keep order and both limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      (sizes, most) => {
        const records = sizes.map((bytes, i) => ({ bytes, i }));
        const batches = cutBatches(records, most);
        assert.deepEqual(batches.flat(), records);
        for (const batch of batches) {
          assert.ok(batch.length <= most);
          assert.ok(batch.reduce((sum, { bytes }) => sum + bytes + 1, 0) <= RECORDS_BYTES);
        }
      },
    ),
    { numRuns: 100 },
  );
  assert.equal(cutBatches([{ bytes: 9e6 }, { bytes: 1 }], 10).length, 2);
});

test('a key stays in its slice, and keys spread', () => {
  const slices = new Set(Array.from({ length: 200 }, (_, i) => sliceOf(`key${i}`, 10)));
  assert.equal(slices.size, 10);
  assert.equal(sliceOf('k', 7), sliceOf('k', 7));
  assert.equal(sliceOf('anything', 1), 0);
});
