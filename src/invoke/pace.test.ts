import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '../kernel/index.ts';
import { Pace } from './pace.ts';

test('an environment rests when its share of the period is used up, and a new period gives it back', () => {
  let now = 1000;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const pace = new Pace(clock, 0.1); // 10 ms in each 100
  let calls = 0;
  while (!pace.spent) {
    pace.lasted(0.5, true);
    calls++;
    now += 0.5;
  }
  assert.ok(calls > 8 && calls < 14, `${calls} calls of 0.5 ms`);
  now += 50;
  assert.equal(pace.spent, true);
  now += 50;
  assert.equal(pace.spent, false);
});

test('a whole core never rests, and what the platform measured says nothing about the CPU', () => {
  const whole = new Pace(systemClock, 1);
  const part = new Pace(systemClock, 0.1);
  for (let i = 0; i < 1000; i++) {
    whole.lasted(10, true);
    part.lasted(10, false);
  }
  assert.equal(whole.spent, false);
  assert.equal(part.spent, false);
  assert.equal(part.lastMs, Number.POSITIVE_INFINITY);
  part.lasted(3, true);
  assert.equal(part.lastMs, 3);
});
