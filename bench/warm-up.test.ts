import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settled, warmUp } from './warm-up.ts';

test('costs have settled when neither of the last two was a tenth lower', () => {
  assert.equal(settled([]), false);
  assert.equal(settled([100, 100]), false);
  assert.equal(settled([100, 100, 100]), true);
  assert.equal(settled([1494, 531, 365, 240, 139]), false);
  assert.equal(settled([1494, 531, 365, 240, 139, 109, 125]), false);
  assert.equal(settled([1494, 531, 365, 240, 139, 109, 125, 112]), true);
  assert.equal(settled([100, 300, 250]), true, 'a disturbed round is no progress');
});

async function costsOf(all: readonly number[], { seconds, each }: { readonly seconds: number; readonly each: number }) {
  let times = 0;
  const cost = async () => {
    await sleep(each);
    return all[times++] ?? all.at(-1)!;
  };
  await warmUp(cost, seconds);
  return times;
}

test('load goes on until costs have settled', async () => {
  assert.equal(await costsOf([100, 80, 60, 40, 40, 40], { seconds: 0.5, each: 90 }), 6);
});

test('load goes on for the asked time though costs have settled', async () => {
  assert.ok((await costsOf([100], { seconds: 0.2, each: 10 })) > 5);
});

test('what never settles ends after five times as long', async () => {
  const falling = Array.from({ length: 1000 }, (_, i) => 1e9 * 0.8 ** i);
  const times = await costsOf(falling, { seconds: 0.04, each: 20 });
  assert.ok(times >= 3 && times <= 11, `${times} times`);
});
