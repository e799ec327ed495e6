import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../kernel/index.ts';
import { Alarm } from './alarm.ts';

function handClock() {
  let now = 0;
  let timers: { at: number; fn: () => void }[] = [];
  let made = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      made++;
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const advance = (to: number) => {
    for (let due = timers.find((timer) => timer.at <= to); due; due = timers.find((timer) => timer.at <= to)) {
      now = due.at;
      timers = timers.filter((timer) => timer !== due);
      due.fn();
    }
    now = to;
  };
  return { clock, advance, made: () => made };
}

test('rings at the last deadline set, with one timer for many calls', () => {
  const { clock, advance, made } = handClock();
  const rings: number[] = [];
  const alarm = new Alarm(clock, () => rings.push(clock.monotonic()));
  for (let at = 0; at < 90; at++) {
    advance(at);
    alarm.set(at + 100);
  }
  assert.equal(made(), 1);
  advance(1000);
  assert.deepEqual(rings, [189]);
});

test('an earlier deadline is kept, a cleared one does not ring', () => {
  const { clock, advance } = handClock();
  let rings = 0;
  const alarm = new Alarm(clock, () => rings++);
  alarm.set(100);
  alarm.set(10);
  advance(11);
  assert.equal(rings, 1);
  alarm.set(100);
  alarm.clear();
  advance(300);
  assert.equal(rings, 1);
});
