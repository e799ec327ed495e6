import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, isFailure } from '../kernel/index.ts';
import type { Call, FunctionSpec } from '../model/index.ts';
import type { Environment } from './environment.ts';
import { FunctionPool, PATIENCE_MS, type Waiter } from './function-pool.ts';

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
const environment = (name: string, spent = false, runningSince = 0) =>
  ({ name, pace: { spent }, runningSince, ahead: 0, offer: () => false, recall: () => {} }) as unknown as Environment;

function poolOf(busy: number) {
  const { clock, pass } = handClock();
  const pool = new FunctionPool({} as FunctionSpec, clock);
  for (let i = 0; i < busy; i++) pool.living.add(environment(`busy${i}`));
  return { pool, pass };
}

const nobody = environment('nobody');

test('quick calls wait for a busy environment, slow ones and the first ones do not', () => {
  const { pool } = poolOf(1);
  assert.equal(pool.patient(call), false, 'nothing is known yet');
  pool.took(nobody, 0.05);
  assert.equal(pool.patient(call), true);
  assert.equal(pool.patient({ ...call, maxWaitMs: 50 }), false, 'a caller who will not wait');
  for (let i = 0; i < 50; i++) pool.took(nobody, 20);
  assert.equal(pool.patient(call), false);
  const none = poolOf(0).pool;
  none.took(nobody, 0.05);
  assert.equal(none.patient(call), false, 'there is none to wait for');
});

test('a queue has an end', () => {
  const { pool } = poolOf(2);
  pool.took(nobody, 0.01);
  let queued = 0;
  for (; pool.patient(call); queued++) void pool.wait(call).catch(() => undefined);
  assert.ok(queued > 16 && queued < 80, `${queued} queue`);
  assert.equal(pool.overdue(), 0);
});

test('calls wait for no environment that is held up, and for none for ever', () => {
  const { pool, pass } = poolOf(0);
  const [quick, slow] = [environment('quick', false, 1e6), environment('slow')];
  pool.living.add(quick).add(slow);
  pool.took(nobody, 0.01);
  for (let n = 0; n < 3; n++) void pool.wait(call).catch(() => undefined);
  pass(PATIENCE_MS);
  assert.equal(pool.overdue(), 1, 'one for the slow one');
  assert.equal(pool.patient(call), true, 'the quick one goes on');
  pool.remove(quick);
  assert.equal(pool.patient(call), false);
  pool.took(slow, 5);
  pool.remove(slow);
  assert.equal(pool.overdue(), 0, 'the platform itself was slow');
  pass(100);
  assert.equal(pool.overdue(), 1, 'whatever it is: one more at every look');
});

test('waiting calls are handed ahead in order to who has the fewest, and come back to their old place', () => {
  const { pool, pass } = poolOf(0);
  const taken: Record<string, number[]> = { a: [], b: [] };
  const taker = (name: 'a' | 'b') => {
    let held: Waiter[] = [];
    const self = {
      ...environment(name),
      get ahead() {
        return held.length;
      },
      offer(waiter: Waiter) {
        if (held.length === 2) return false;
        held.push(waiter);
        taken[name]!.push(Number(waiter.call.requestId));
        return true;
      },
      recall() {
        const back = held;
        held = [];
        pool.returned(back);
      },
    };
    pool.living.add(self as unknown as Environment);
  };
  taker('a');
  taker('b');
  pool.took(nobody, 20);
  for (let n = 1; n <= 6; n++, pass(1)) void pool.wait({ ...call, requestId: String(n) }).catch(() => undefined);
  pool.handAhead();
  assert.deepEqual(taken, { a: [], b: [] }, 'slow calls wait for nobody');
  for (let n = 0; n < 50; n++) pool.took(nobody, 0.01);
  pool.handAhead();
  assert.deepEqual(taken, { a: [1, 3], b: [2, 4] });
  assert.equal(pool.waiting, 2);
  pass(PATIENCE_MS);
  assert.equal(pool.overdue(), 2, 'both are held up');
  assert.equal(pool.waiting, 6);
  const order = Array.from({ length: 6 }, () => Number(pool.next()!.call.requestId));
  assert.deepEqual(order, [1, 2, 3, 4, 5, 6]);
  assert.equal(pool.ahead, 0);
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
