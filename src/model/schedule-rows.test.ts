import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fire, MAKE_UP_MS, setTimer, type Timer } from './schedule-rows.ts';
import type { ScheduleSetting } from './schedules.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const unset = (expression: string, windowMs = 0, setting: Partial<ScheduleSetting> = {}) => ({
  arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/s',
  kind: 'schedule' as const,
  setting: { expression, dialect: 'scheduler' as const, anchor: START, ...setting },
  windowMs,
});
const timer = (...given: Parameters<typeof unset>): Timer => setTimer(unset(...given), START)!;

test('a timer fires at its time and is set to the next', () => {
  const first = timer('rate(5 minutes)');
  assert.deepEqual([first.at, first.due], [START + 5 * MINUTE, START + 5 * MINUTE]);
  const { time, next } = fire(first, first.due + 20);
  assert.deepEqual([time, next?.at, next?.last], [first.at, START + 10 * MINUTE, first.at]);
});

test('what was missed is made up for once, with the last of it', () => {
  const first = timer('rate(5 minutes)');
  const { time, next } = fire(first, START + 63 * MINUTE);
  assert.deepEqual([time, next?.at], [START + 60 * MINUTE, START + 65 * MINUTE]);
  const late = fire(timer('cron(0 12 * * ? *)'), START + 10 * MAKE_UP_MS);
  assert.deepEqual([late.time, late.next?.at], [START + 9.5 * MAKE_UP_MS, START + 10.5 * MAKE_UP_MS]);
});

test('what is older than a day is left out', () => {
  const once = timer('at(2026-01-01T01:00:00)');
  assert.deepEqual(fire(once, START + MAKE_UP_MS + 61 * MINUTE), {});
  assert.deepEqual(fire(once, START + MAKE_UP_MS), { time: once.at });
  const monthly = fire(timer('cron(0 0 2 * ? *)'), START + 10 * MAKE_UP_MS);
  assert.deepEqual([monthly.time, monthly.next?.at], [undefined, Date.UTC(2026, 1, 2)]);
});

test('a window spreads firings, the same way each time', () => {
  const made = Array.from({ length: 50 }, (_, i) => setTimer({ ...unset('rate(1 day)', 60 * MINUTE), arn: `arn-${i}` }, START)!);
  for (const { at, due } of made) assert.ok(due >= at && due < at + 60 * MINUTE);
  assert.ok(new Set(made.map(({ due }) => due)).size > 40);
  assert.deepEqual(timer('rate(1 day)', 60 * MINUTE), timer('rate(1 day)', 60 * MINUTE));
});

test('a schedule that is never due has no timer', () => {
  assert.equal(setTimer(unset('at(2025-01-01T00:00:00)'), START), undefined);
  assert.equal(setTimer(unset('rate(1 day)', 0, { end: START + MINUTE }), START), undefined);
});

test('however late the clock looks, times only go forward and each fires at most once', () => {
  const expression = fc.constantFrom('rate(1 minute)', 'rate(3 hours)', 'cron(*/7 * * * ? *)', 'cron(0 6 ? * MON *)');
  const waits = fc.array(fc.integer({ min: 0, max: 3 * MAKE_UP_MS }), { maxLength: 12 });
  fc.assert(
    fc.property(expression, fc.integer({ min: 0, max: 90 }), waits, (text, window, steps) => {
      let current: Timer | undefined = timer(text, window * MINUTE);
      let last = START;
      for (const wait of steps) {
        const now: number = current.due + wait;
        const { time, next } = fire(current, now);
        if (time !== undefined) {
          assert.ok(time > last && time <= now && now - time <= MAKE_UP_MS + window * MINUTE);
          last = time;
        }
        assert.ok(next && next.at > last);
        current = next;
      }
    }),
    { numRuns: 300 },
  );
});
