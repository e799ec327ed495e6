import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds, systemClock } from '../../kernel/index.ts';
import { builders } from '../collections.ts';
import { buildBench } from './build.fixture.ts';
import { createLeases } from './leases.ts';

test('only so many work at a time, in order of arrival, whichever process they are in', async (t) => {
  const { store } = await buildBench(t);
  const options = { store, clock: systemClock, ids: randomIds, places: 2 };
  const [here, there] = [createLeases(options), createLeases(options)];
  const who = { signal: new AbortController().signal, waits: () => {} };
  const order: number[] = [];
  let working = 0;
  let most = 0;
  const work = (i: number) => async () => {
    order.push(i);
    most = Math.max(most, ++working);
    await new Promise((done) => setTimeout(done, 30));
    working--;
  };
  await Promise.all([0, 1, 2, 3].map((i) => here.hold(who, work(i))).concat([there.hold(who, work(9))]));
  assert.equal(most, 2);
  assert.deepEqual(
    order.filter((i) => i !== 9),
    [0, 1, 2, 3],
  );
  assert.deepEqual((await store.read.range(builders, { limit: 10 })).items, []);
});

test('a place whose holder has died is free when its time has come; what fails and what is aborted gives it back', async (t) => {
  const { store } = await buildBench(t);
  const clock = { ...systemClock, now: () => 1_000_000 };
  const leases = createLeases({ store, clock, ids: randomIds, places: 1 });
  await store.transact((tx) => tx.put(builders, { place: 0, holder: 'dead', until: 1_000_000 }));
  let waited = 0;
  const who = { signal: new AbortController().signal, waits: () => void waited++ };
  await assert.rejects(
    leases.hold(who, async () => assert.fail('work')),
    /work/,
  );
  assert.equal(await leases.hold(who, async () => 'again'), 'again');
  await store.transact((tx) => tx.put(builders, { place: 0, holder: 'alive', until: 1_000_001 }));
  await assert.rejects(
    leases.hold({ ...who, signal: AbortSignal.timeout(50) }, async () => assert.fail('it was held')),
    { name: 'TimeoutError' },
  );
  assert.equal(waited, 1);
});
