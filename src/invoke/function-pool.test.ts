import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, isFailure } from '../kernel/index.ts';
import type { Call, FunctionSpec } from '../model/index.ts';
import type { Environment } from './environment.ts';
import { FunctionPool, PATIENCE_MS } from './function-pool.ts';

function handClock() {
  let now = 0;
  let timers: { at: number; fn: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const pass = (ms: number) => {
    now += ms;
    const due = timers.filter((timer) => timer.at <= now);
    timers = timers.filter((timer) => timer.at > now);
    for (const { fn } of due) fn();
  };
  return { clock, pass };
}

const call = { maxWaitMs: 1000 } as Call;
const environment = (name: string, spent = false) => ({ name, pace: { spent } }) as unknown as Environment;

function poolOf(busy: number) {
  const { clock, pass } = handClock();
  const pool = new FunctionPool({} as FunctionSpec, clock);
  for (let i = 0; i < busy; i++) pool.living.add(environment(`busy${i}`));
  return { pool, pass };
}

test('quick calls wait for two busy environments, slow ones and the first ones do not', () => {
  const { pool } = poolOf(2);
  assert.equal(pool.patient(call), false, 'nothing is known yet');
  pool.took(0.05);
  assert.equal(pool.patient(call), true);
  assert.equal(pool.patient({ ...call, maxWaitMs: 50 }), false, 'a caller who will not wait');
  for (let i = 0; i < 50; i++) pool.took(20);
  assert.equal(pool.patient(call), false);
  const one = poolOf(1).pool;
  one.took(0.05);
  assert.equal(one.patient(call), false, 'two work side by side first');
});

test('a queue has an end, and who has waited too long makes all impatient for a while', () => {
  const { pool, pass } = poolOf(2);
  pool.took(0.01);
  let queued = 0;
  for (; pool.patient(call); queued++) void pool.wait(call).catch(() => undefined);
  assert.ok(queued > 16 && queued < 60, `${queued} queue`);
  assert.equal(pool.overdue(), 0);
  pass(PATIENCE_MS);
  assert.equal(pool.overdue(), queued);
  while (pool.next());
  assert.equal(pool.patient(call), false);
  pass(100);
  assert.equal(pool.patient(call), true);
});

test('a call that gets no environment in time is refused, later ones go on waiting', async () => {
  const { pool, pass } = poolOf(1);
  const first = pool.wait(call);
  pass(600);
  const second = pool.wait(call);
  const refused = assert.rejects(first, (error) => isFailure(error, 'TooManyRequestsException'));
  pass(400);
  await refused;
  assert.equal(pool.waiting, 1);
  const late = assert.rejects(second, (error) => isFailure(error, 'TooManyRequestsException'));
  pass(600);
  await late;
});

test('the newest environment is taken that has CPU time left', () => {
  const { pool } = poolOf(0);
  const [old, rested, spent] = [environment('old'), environment('rested'), environment('spent', true)];
  pool.idle.push(old, rested, spent);
  assert.equal(pool.take(), rested);
  assert.equal(pool.take(), old);
  assert.equal(pool.take(), spent, 'better than none');
  assert.equal(pool.take(), undefined);
});
