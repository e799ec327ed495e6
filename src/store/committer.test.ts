import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { collection, isFailure, silentLogger, systemClock } from '../kernel/index.ts';
import { type OpenStore, openStore } from './index.ts';

interface Item {
  readonly id: string;
}
const written = collection<Item>({ name: 'commit.written', key: ['id'] });
const quiet = collection<Item>({ name: 'commit.quiet', key: ['id'] });
const schema = {
  collections: [written as never, quiet as never],
  topics: [{ name: 'commit.log', lanes: 1, retention: { ageMs: 1e12, bytes: 1e12 } }],
};
const event = { id: 'e', type: 'T', source: 's', subject: 's', account: '0', region: 'r', time: 1, body: 1 };

type Sync = (error?: Error) => void;

/** A store whose syncs end only when the test says so. */
async function withHeldSyncs(
  t: TestContext,
  work: (store: OpenStore, syncs: Sync[], fatal: unknown[]) => Promise<void>,
): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-commit-'));
  const fatal: unknown[] = [];
  const store = await openStore({
    directory,
    schema,
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: 1024,
    onFatal: (error) => fatal.push(error),
  });
  await store.transact((tx) => tx.put(quiet, { id: 'q' }));
  const syncs: Sync[] = [];
  const { ino } = fs.statSync(path.join(directory, 'store.db-wal'));
  const { fdatasync } = fs;
  const mock = t.mock.method(fs, 'fdatasync', (fd: number, done: (error: Error | null) => void) => {
    if (fs.fstatSync(fd).ino !== ino) return fdatasync(fd, done); // other stores of this process go on
    syncs.push((error) => done(error ?? null));
  });
  try {
    await work(store, syncs, fatal);
  } finally {
    mock.mock.restore();
    for (const sync of syncs.splice(0)) sync();
    await store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

/** Whether a promise has settled after the loop turned some times. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  return done;
}

test('nothing is told before a sync that began after its commit', (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const first = store.transact((tx) => tx.put(written, { id: 'a' }));
    assert.equal(await settled(first), false);
    const second = store.transact((tx) => tx.put(written, { id: 'b' }));
    assert.equal(await settled(second), false);
    assert.equal(syncs.length, 1, 'one sync at a time');
    syncs[0]!();
    await first;
    assert.equal(await settled(second), false, 'the second commit came after that sync had begun');
    syncs[1]!();
    await second;
    syncs.splice(0);
  }));

test('reads, failures and followers wait for what they rest on; the rest goes on', (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const stop = new AbortController();
    const batch = store.follow('commit.log', 0, 1, stop.signal)[Symbol.asyncIterator]().next();
    void store.transact(async (tx) => {
      await tx.put(written, { id: 'a' });
      await tx.append('commit.log', 0, event);
    });
    const failing = store.transact(async (tx) => {
      if (await tx.get(written, ['a'])) throw new RangeError('exists');
    });
    const rejected = assert.rejects(failing, /exists/);
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    const read = store.read.get(written, ['a']);
    for (const waiting of [read, failing, batch]) assert.equal(await settled(waiting), false);
    assert.deepEqual(await store.read.get(quiet, ['q']), { id: 'q' });
    assert.deepEqual(await store.read.bounds('commit.log', 0), { first: 1, next: 1 });
    syncs[0]!();
    assert.deepEqual(await read, { id: 'a' });
    await rejected;
    assert.equal((await batch).value.length, 1);
    stop.abort();
    syncs.splice(0);
  }));

test('who awaits only what it read is told at once, unless others wrote that in the same group', (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const alone = store.transact((tx) => tx.put(written, { id: 'a' }), 'reads');
    assert.equal(await settled(alone), true);
    const after = store.transact((tx) => tx.get(written, ['a']), 'reads');
    assert.equal(await settled(after), false, 'it read what is not durable yet');
    syncs[0]!();
    assert.deepEqual(await after, { id: 'a' });
    for (const awaits of ['reads', 'writes'] as const) {
      void store.transact((tx) => tx.put(written, { id: awaits }), awaits);
      const beside = store.transact((tx) => tx.get(written, [awaits]), 'reads');
      assert.equal(await settled(beside), false);
      syncs.at(-1)!();
      assert.deepEqual(await beside, { id: awaits });
    }
    syncs.splice(0);
  }));

test('what comes during a sync runs after it, as one group with one sync, but not where somebody awaits no sync', (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const ran: string[] = [];
    const put = (id: string, awaits: 'reads' | 'writes' = 'writes') =>
      store.transact(async (tx) => {
        ran.push(id);
        await tx.put(written, { id });
      }, awaits);
    const first = put('a');
    assert.equal(await settled(first), false);
    const later = [put('b'), first.then(() => put('c'))];
    assert.equal(await settled(later[0]!), false);
    assert.deepEqual(ran, ['a'], 'its sync could not begin yet');
    syncs[0]!();
    assert.equal(await settled(Promise.all(later)), false);
    assert.deepEqual([ran, syncs.length], [['a', 'b', 'c'], 2], 'who was told just then came along');
    void put('d');
    void put('e', 'reads');
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    assert.deepEqual(ran.slice(3), ['d', 'e']);
    syncs[1]!();
    await Promise.all(later);
    syncs.splice(0, 2);
  }));

test('closing ends when the sync fails that others waited for', (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const closed = (error: unknown) => isFailure(error, 'StoreClosed');
    const first = assert.rejects(
      store.transact((tx) => tx.put(written, { id: 'a' })),
      closed,
    );
    while (syncs.length === 0) await new Promise(setImmediate);
    const waiting = assert.rejects(
      store.transact((tx) => tx.put(written, { id: 'b' })),
      closed,
    );
    const closing = store.close();
    assert.equal(await settled(closing), false);
    syncs.splice(0)[0]!(new RangeError('disk is gone'));
    await Promise.all([first, waiting, closing]);
  }));

test('a failed sync stops everything, and says so', (t) =>
  withHeldSyncs(t, async (store, syncs, fatal) => {
    const closed = (error: unknown) => isFailure(error, 'StoreClosed');
    const lost = assert.rejects(
      store.transact((tx) => tx.put(written, { id: 'a' })),
      closed,
    );
    while (syncs.length === 0) await new Promise(setImmediate);
    syncs.splice(0)[0]!(new RangeError('disk is gone'));
    await lost;
    assert.equal(fatal.length, 1);
    assert.equal(store.health().state, 'failed');
    await assert.rejects(
      store.transact((tx) => tx.put(written, { id: 'b' })),
      closed,
    );
    await assert.rejects(store.read.get(written, ['a']), closed, 'nobody knows whether it is durable');
    assert.ok(await store.read.get(quiet, ['q']));
  }));

test('a transaction that waits for something else is given up, and the next one runs', { timeout: 15_000 }, (t) =>
  withHeldSyncs(t, async (store, syncs) => {
    const stuck = store.transact(async (tx) => {
      await tx.put(written, { id: 'stuck' });
      await new Promise(() => {});
    });
    const next = store.transact((tx) => tx.put(written, { id: 'next' }));
    // The give-up timer alone does not keep a process alive.
    const alive = setInterval(() => syncs.splice(0)[0]?.(), 20);
    await assert.rejects(stuck, /waited for something else/);
    await next;
    assert.equal(await store.read.get(written, ['stuck']), undefined);
    clearInterval(alive);
  }),
);
