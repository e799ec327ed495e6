import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AttemptResult, afterAttempt, defaultAsyncSettings } from './async-retry.ts';

const failed: AttemptResult = { kind: 'function-error', errorType: 'Unhandled' };
const at = (attempts: number, now = 0, throttles = 0) => ({ attempts, throttles, acceptedAt: 0, now });

test('two retries, after one and two minutes, then failed (spec/invoke.md §5)', () => {
  assert.deepEqual(afterAttempt(defaultAsyncSettings, at(1), failed), { step: 'retry', at: 60_000, reason: 'Unhandled' });
  assert.deepEqual(afterAttempt(defaultAsyncSettings, at(2, 60_000), failed), {
    step: 'retry',
    at: 180_000,
    reason: 'Unhandled',
  });
  assert.deepEqual(afterAttempt(defaultAsyncSettings, at(3, 180_000), failed), {
    step: 'end',
    outcome: 'failed',
    reason: 'RetriesExhausted',
  });
});

test('with an age of 60 s the first retry never happens', () => {
  assert.deepEqual(afterAttempt({ maxRetries: 2, maxAgeMs: 60_000 }, at(1), failed), {
    step: 'end',
    outcome: 'expired',
    reason: 'EventAgeExceeded',
  });
});

test('no retries: the first failure is the last', () => {
  assert.deepEqual(afterAttempt({ maxRetries: 0, maxAgeMs: 21_600_000 }, at(1), failed), {
    step: 'end',
    outcome: 'failed',
    reason: 'RetriesExhausted',
  });
});

test('throttles double from one second to five minutes and use up no attempt', () => {
  const throttled: AttemptResult = { kind: 'throttled', reason: 'TooManyRequestsException' };
  const delays = [1, 2, 9, 30].map((throttles) => {
    const next = afterAttempt(defaultAsyncSettings, at(0, 1000, throttles), throttled);
    return next.step === 'retry' ? next.at - 1000 : next;
  });
  assert.deepEqual(delays, [1000, 2000, 256_000, 300_000]);
});

test('every delivery ends: whatever happens, by its attempts or by its age', () => {
  const result = fc.constantFrom<AttemptResult>(failed, { kind: 'throttled', reason: 'x' });
  fc.assert(
    fc.property(
      fc.array(result, { minLength: 500, maxLength: 500 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 60_000, max: 21_600_000 }),
      (results, maxRetries, maxAgeMs) => {
        let [now, attempts, throttles] = [0, 0, 0];
        for (const one of results) {
          if (one.kind === 'throttled') throttles += 1;
          else [attempts, throttles] = [attempts + 1, 0];
          const next = afterAttempt({ maxRetries, maxAgeMs }, { attempts, throttles, acceptedAt: 0, now }, one);
          if (next.step === 'end') return now < maxAgeMs && attempts <= maxRetries + 1;
          assert.ok(next.at > now && next.at < maxAgeMs);
          now = next.at;
        }
        return false;
      },
    ),
  );
});
