import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/clock.ts';
import { createBells } from './bells.ts';

const KEY = 'arn:aws:sqs:us-east-1:000000000000:q';
const { signal } = new AbortController();
const fixture = () => {
  const clock = manualClock();
  const transact = <T>(fn: (tx: never) => Promise<T>) => fn(undefined as never);
  return { clock, bells: createBells({ clock, store: { transact } }), until: clock.monotonic() + 20_000 };
};

test('a ring wakes as many as there are messages, the longest waiting first', async () => {
  const { bells, clock, until } = fixture();
  const woken: number[] = [];
  const listeners = [0, 1, 2].map(() => bells.listen(KEY));
  const waits = listeners.map(async (listener, i) => (await listener.next(until, signal)) && woken.push(i));
  bells.ring(KEY, 2);
  await clock.advance(0);
  assert.deepEqual(woken, [0, 1]);
  await clock.advance(20_000);
  await Promise.all(waits);
  assert.deepEqual(woken, [0, 1]);
});

test('what rang while nobody looked is not lost, and not kept twice', async () => {
  const { bells, until, clock } = fixture();
  const listener = bells.listen(KEY);
  bells.ring(KEY);
  bells.ring(KEY);
  assert.equal(await listener.next(until, signal), true);
  const second = listener.next(until, signal);
  await clock.advance(20_000);
  assert.equal(await second, false);
});

test('who leaves without having looked passes it on', async () => {
  const { bells, until } = fixture();
  const [first, second] = [bells.listen(KEY), bells.listen(KEY)];
  bells.ring(KEY);
  first!.close();
  assert.equal(await second!.next(until, signal), true);
});

test('one timer a queue: the earliest rings, and then those who watch set the next', async () => {
  const { bells, clock } = fixture();
  const rung: number[] = [];
  const began = clock.now();
  const note = () => rung.push(clock.now() - began);
  const end = bells.watch(KEY, note, () => {
    if (rung.length === 1) bells.ringAt(KEY, began + 9000);
  });
  bells.ringAt(KEY, began + 9000);
  bells.ringAt(KEY, began + 5000);
  bells.ringAt(KEY, began + 7000);
  await clock.advance(20_000);
  assert.deepEqual(rung, [5000, 9000]);
  bells.ringAt(KEY, began + 30_000);
  end();
  await clock.advance(20_000);
  bells.ringAt(KEY, began + 50_000);
  assert.deepEqual(rung, [5000, 9000]);
});

test('closing ends all waits, and those to come at once', async () => {
  const { bells, until } = fixture();
  const waiting = bells.listen(KEY).next(until, signal);
  bells.close();
  assert.equal(await waiting, false);
  assert.equal(await bells.listen(KEY).next(until, signal), false);
});

test('what is noted within transactions rings once for all of them, also when the store refuses', async () => {
  let asked = 0;
  const pending: (() => Promise<unknown>)[] = [];
  const refusing = { on: false };
  const transact = <T>(fn: (tx: never) => Promise<T>) => {
    asked++;
    if (refusing.on) return Promise.reject(new RangeError('closed'));
    return new Promise<T>((resolve) => pending.push(() => fn(undefined as never).then(resolve)));
  };
  const clock = manualClock();
  const bells = createBells({ clock, store: { transact } });
  const rung: string[] = [];
  for (const key of ['a', 'b'])
    bells.watch(
      key,
      () => rung.push(key),
      () => {},
    );
  for (const key of ['a', 'a', 'b']) bells.ringAfter(key);
  assert.deepEqual([asked, rung], [1, []]);
  await pending.shift()!();
  await clock.advance(0);
  assert.deepEqual(rung, ['a', 'b']);
  refusing.on = true;
  bells.ringAfter('b');
  await clock.advance(0);
  assert.deepEqual(rung, ['a', 'b', 'b']);
});
