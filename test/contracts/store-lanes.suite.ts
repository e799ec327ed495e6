import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFailure, type Store, type Transaction } from '../../src/kernel/index.ts';
import type { On } from './store.suite.ts';
import { event } from './store-plan.ts';

/** What every driver must do with the lanes of open topics. */
export function openLaneTests(on: On): void {
  const fill = (store: Store, lane: number, count: number) =>
    store.transact(async (tx) => {
      for (let i = 0; i < count; i++) await tx.append('suite.open', lane, event(i));
    });
  const trim = (store: Store, lane: number, before: number) => store.transact((tx) => tx.trim('suite.open', lane, before));
  const kept = async (store: Store, lane: number) =>
    (await store.read.events('suite.open', lane, 1, 1000)).map(({ position }) => position);

  on('makes lanes on first use, from the first number to the last, each on its own', async (store) => {
    for (const lane of [0, 7, 131_071]) {
      assert.deepEqual(await store.read.bounds('suite.open', lane), { first: 1, next: 1 });
      await fill(store, lane, 2);
      assert.deepEqual(await store.read.bounds('suite.open', lane), { first: 1, next: 3 });
    }
    assert.deepEqual(await kept(store, 6), []);
    assert.deepEqual(await kept(store, 131_071), [1, 2]);
    for (const lane of [-1, 1.5, 131_072])
      await assert.rejects(store.read.bounds('suite.open', lane), (error) => isFailure(error, 'InternalError'));
    await assert.rejects(
      store.transact((tx) => tx.trim('suite.more', 0, 1)),
      (error) => isFailure(error, 'InternalError'),
    );
  });

  on('trims a bounded slice, whatever subscribers have passed, and goes on with its positions', async (store) => {
    await fill(store, 3, 1200);
    await store.transact((tx) => tx.advance('sub', 'suite.open', 3, 5));
    assert.equal(await trim(store, 3, 1), false);
    assert.equal(await trim(store, 3, 1101), true);
    assert.equal(await trim(store, 3, 1101), true);
    assert.deepEqual(await store.read.bounds('suite.open', 3), { first: 1001, next: 1201 });
    assert.equal(await trim(store, 3, 1101), false);
    assert.deepEqual((await kept(store, 3)).slice(0, 2), [1101, 1102]);
    assert.equal(await trim(store, 3, 9999), false);
    assert.deepEqual(await store.read.bounds('suite.open', 3), { first: 1201, next: 1201 });
    assert.equal(await store.transact((tx) => tx.append('suite.open', 3, event(1))), 1201);
  });

  on('keeps what a failed transaction trimmed', async (store) => {
    await fill(store, 1, 10);
    const failing = store.transact(async (tx) => {
      await tx.trim('suite.open', 1, 6);
      await tx.append('suite.open', 1, event(99));
      assert.deepEqual(await tx.bounds('suite.open', 1), { first: 6, next: 12 });
      assert.equal((await tx.events('suite.open', 1, 1, 1))[0]?.position, 6);
      assert.deepEqual(await store.read.bounds('suite.open', 1), { first: 1, next: 11 }, 'nothing is seen from outside');
      throw new RangeError('wanted');
    });
    await assert.rejects(failing, /wanted/);
    assert.deepEqual(await store.read.bounds('suite.open', 1), { first: 1, next: 11 });
    assert.equal((await kept(store, 1)).length, 10);
  });

  on('goes on from the first kept for those who follow', async (store) => {
    await fill(store, 2, 20);
    await trim(store, 2, 15);
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const batch of store.follow('suite.open', 2, 3, stop.signal)) {
      seen.push(...batch.map(({ position }) => position));
      if (seen.length === 6) await fill(store, 2, 1);
      else break;
    }
    assert.deepEqual(seen, [15, 16, 17, 18, 19, 20, 21]);
  });

  on('keeps what a simple model keeps, whatever is appended, trimmed and undone', matchesLanes);
}

interface LaneStep {
  readonly lane: number;
  /** How many events to append or, when negative, to trim. */
  readonly count: number;
}

const laneStep: fc.Arbitrary<LaneStep> = fc.record({
  lane: fc.constantFrom(0, 1, 131_071),
  count: fc.integer({ min: -4, max: 3 }),
});

interface ModelLane {
  first: number;
  next: number;
}

async function matchesLanes(store: Store): Promise<void> {
  const lanes = new Map<number, ModelLane>([0, 1, 131_071].map((lane) => [lane, { first: 1, next: 1 }]));
  const transaction = fc.record({ steps: fc.array(laneStep, { maxLength: 5 }), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 4 }), async (transactions) => {
      await Promise.all(
        transactions.map(({ steps, fails }) =>
          store.transact((tx) => changeLanes(tx, steps, fails)).catch((error) => assert.equal(error.message, 'wanted')),
        ),
      );
      for (const { steps, fails } of transactions)
        if (!fails) for (const done of steps) applyLaneStep(lanes.get(done.lane)!, done);
      for (const [lane, expected] of lanes) {
        assert.deepEqual(await store.read.bounds('suite.open', lane), expected);
        const kept = (await store.read.events('suite.open', lane, 1, 1000)).map(({ position }) => position);
        assert.deepEqual(
          kept,
          Array.from({ length: expected.next - expected.first }, (_, i) => expected.first + i),
        );
      }
    }),
    { numRuns: 60, seed: 20_26 },
  );
}

async function changeLanes(tx: Transaction, steps: readonly LaneStep[], fails: boolean): Promise<void> {
  for (const { lane, count } of steps) {
    for (let i = 0; i < count; i++) await tx.append('suite.open', lane, event(i));
    if (count < 0) await tx.trim('suite.open', lane, (await tx.bounds('suite.open', lane)).first - count);
  }
  if (fails) throw new RangeError('wanted');
}

function applyLaneStep(lane: ModelLane, { count }: LaneStep): void {
  if (count > 0) lane.next += count;
  else lane.first = Math.min(lane.next, lane.first - count);
}
