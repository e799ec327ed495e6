import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Clock, collection, isFailure, type StoreSchema, silentLogger, systemClock } from '../kernel/index.ts';
import { Connection } from './connection.ts';
import { checkStore, type OpenStore, openStore, type StoreOptions } from './index.ts';
import type { Lane } from './lanes.ts';
import { Topics } from './topics.ts';

interface Item {
  readonly id: string;
  readonly color?: string;
  readonly weight?: number;
}
const items = collection<Item>({ name: 'unit.items', key: ['id'] });
const indexed = collection<Item>({
  ...items,
  integers: ['weight'],
  indexes: [{ name: 'by-color', fields: ['color', 'weight'] }],
});
const log = { name: 'unit.log', lanes: 1, retention: { ageMs: 60_000, bytes: 1e9 } };
const open = { name: 'unit.open', lanes: 'open' } as const;
const event = { id: 'e', type: 'T', source: 's', subject: 's', account: '0', region: 'r', time: 1, body: 'x'.repeat(1000) };
const schemaOf = (...collections: readonly unknown[]): StoreSchema => ({
  collections: collections as never,
  topics: [log, open],
});

async function inDirectory(
  work: (open: (options?: Partial<StoreOptions>) => Promise<OpenStore>, directory: string) => Promise<void>,
): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-unit-'));
  const base = { directory, schema: schemaOf(items), clock: systemClock, logger: silentLogger, reserveBytes: 1024 * 1024 };
  try {
    await work((options) => openStore({ ...base, ...options }), directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** Time that passes when told; timers run when they are due. */
function manualClock(): Clock & { pass(ms: number): void } {
  let now = 1_000_000;
  let timers: { due: number; fn: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    after(ms, fn) {
      const timer = { due: now + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      now += ms;
      const due = timers.filter((timer) => timer.due <= now);
      timers = timers.filter((timer) => timer.due > now);
      for (const { fn } of due) fn();
    },
  };
}

/** Lets housekeeping run until what holds, at most 2 s. */
async function until(clock: { pass(ms: number): void }, what: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await what()) return;
    clock.pass(31_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('it never happened');
}

test('a second opening is refused, in this process and in another, until the first closes', () =>
  inDirectory(async (open, directory) => {
    const store = await open();
    await assert.rejects(open(), (error) => isFailure(error, 'StoreLocked') && error.message.includes(String(process.pid)));
    const code = `import('${path.join(import.meta.dirname, 'lock.ts')}').then(({ lockDirectory }) => lockDirectory(${JSON.stringify(directory)})).catch((error) => { process.exitCode = error.code === 'StoreLocked' ? 42 : 1 })`;
    assert.equal(spawnSync(process.execPath, ['--no-warnings', '-e', code]).status, 42);
    await store.close();
    await (await open()).close();
  }));

test('an index names a key field once, or SQLite would sort what is in order; one made otherwise is made anew on open', () =>
  inDirectory(async (open, directory) => {
    const keyed = collection<Item>({
      name: 'unit.keyed',
      key: ['id', 'color'],
      integers: ['weight'],
      indexes: [{ name: 'by-weight', fields: ['id', 'weight'] }],
    });
    const schema = schemaOf(keyed);
    await (await open({ schema })).close();
    const connection = new Connection(path.join(directory, 'store.db'));
    const name = 'i.unit.keyed.by-weight';
    const columns = () => /\(.*\)/.exec(connection.row('select sql from sqlite_schema where name=?', name)![0] as string)![0];
    assert.equal(columns(), '("id","weight","color")');
    connection.db.exec(`drop index "${name}"; create index "${name}" on "c.unit.keyed" ("id","weight","id","color")`);
    connection.close();
    const store = await open({ schema });
    await store.transact((tx) => tx.put(keyed, { id: 'a', color: 'red', weight: 1 }));
    assert.equal((await store.read.range(keyed, { index: 'by-weight', prefix: ['a'], limit: 10 })).items.length, 1);
    await store.close();
    const after = new Connection(path.join(directory, 'store.db'));
    const plan = after.rows(
      `explain query plan select id from "c.unit.keyed" indexed by "${name}" where weight is not null and id=? order by id, weight, id, color`,
      'a',
    );
    assert.ok(!JSON.stringify(plan).includes('TEMP B-TREE'), JSON.stringify(plan));
    after.close();
  }));

test('new collections and indexes are added on open; changed keys and types are refused', () =>
  inDirectory(async (open, directory) => {
    let store = await open();
    const all: Item[] = [{ id: 'a', color: 'red', weight: 2 }, { id: 'b', color: 'red', weight: 1 }, { id: 'c' }];
    await store.transact(async (tx) => {
      for (const item of all) await tx.put(items, item);
    });
    await store.close();
    store = await open({ schema: schemaOf(indexed, collection<Item>({ name: 'unit.new', key: ['id'] })) });
    const found = await store.read.range(indexed, { index: 'by-color', prefix: ['red'], limit: 10 });
    assert.deepEqual(
      found.items.map(({ id }) => id),
      ['b', 'a'],
    );
    assert.deepEqual((await store.read.range(indexed, { limit: 10 })).items, all);
    await store.close();
    store = await open();
    assert.deepEqual(await store.read.get(items, ['a']), all[0], 'without the index nothing is lost');
    await store.close();
    await assert.rejects(
      open({ schema: schemaOf(collection<Item>({ name: 'unit.items', key: ['id', 'color'] })) }),
      /changed its key/,
    );
    assert.deepEqual((await checkStore(directory)).problems, []);
  }));

test('retention takes what is old and passed by all, keeps positions, and is freed by forget', () =>
  inDirectory(async (open) => {
    const clock = manualClock();
    let store = await open({ clock });
    for (let i = 0; i < 20; i++) await store.transact((tx) => tx.append('unit.log', 0, event));
    await store.transact((tx) => tx.advance('slow', 'unit.log', 0, 8));
    const first = async () => (await store.read.bounds('unit.log', 0)).first;
    await until(clock, async () => (await first()) === 8);
    clock.pass(120_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(await first(), 8, 'the subscriber holds back the rest');
    await store.transact((tx) => tx.forget('slow'));
    await until(clock, async () => (await first()) === 21);
    await store.close();
    store = await open({ clock });
    assert.equal(await store.transact((tx) => tx.append('unit.log', 0, event)), 21, 'an empty lane remembers its position');
    await store.close();
  }));

test('idle open lanes go from memory and come back as they were; those followed stay', () =>
  inDirectory(async (opened, directory) => {
    const clock = manualClock();
    let store = await opened({ clock });
    const stop = new AbortController();
    const followed: number[] = [];
    const following = (async () => {
      for await (const batch of store.follow('unit.open', 1, 1, stop.signal)) followed.push(...batch.map((one) => one.position));
    })();
    const append = (lane: number) => store.transact((tx) => tx.append('unit.open', lane, event));
    for (let lane = 0; lane < 1100; lane++) await append(lane);
    await store.transact((tx) => tx.trim('unit.open', 5, 2));
    for (let round = 0; round < 3; round++) {
      clock.pass(31_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await append(1), 2);
    assert.equal(await append(5), 2, 'a trimmed lane remembers its position');
    assert.deepEqual(await store.read.bounds('unit.open', 5), { first: 2, next: 3 });
    while (followed.length < 2) await new Promise(setImmediate);
    assert.deepEqual(followed, [1, 2]);
    stop.abort();
    await following;
    await store.close();
    store = await opened({ clock });
    assert.deepEqual(await store.read.bounds('unit.open', 5), { first: 2, next: 3 });
    assert.equal(await append(1099), 2);
    await store.close();
    const { problems, events } = await checkStore(directory);
    assert.deepEqual([problems, events], [[], 1102]);
  }));

test('only idle lanes are dropped, and only when there are many', () =>
  inDirectory(async (opened, directory) => {
    await (await opened()).close();
    const topics = new Topics(new Connection(path.join(directory, 'store.db')), [open]);
    const [idle, followed, unsynced] = [0, 1, 2].map((lane) => topics.lane('unit.open', lane)) as [Lane, Lane, Lane];
    followed.followers++;
    unsynced.touched = 9;
    assert.equal(topics.crowded, false);
    topics.forgetIdle(8);
    assert.notEqual(topics.lane('unit.open', 0), idle);
    assert.equal(topics.lane('unit.open', 1), followed);
    assert.equal(topics.lane('unit.open', 2), unsynced);
    for (let lane = 0; lane < 1025; lane++) topics.lane('unit.open', lane);
    assert.equal(topics.crowded, true);
  }));

test('a topic that changed from one kind of lanes to the other is refused', () =>
  inDirectory(async (opened) => {
    await (await opened()).close();
    const changed = { collections: [], topics: [{ name: 'unit.log', lanes: 'open' } as const] };
    await assert.rejects(opened({ schema: changed }), /changed from one kind/);
  }));

test('content without references goes after ten minutes, orphans at the next start', () =>
  inDirectory(async (open, directory) => {
    const clock = manualClock();
    let store = await open({ clock });
    const files = () =>
      (fs.readdirSync(path.join(directory, 'blobs'), { recursive: true }) as string[]).filter((name) => name.length > 60).length;
    const kept = await store.blobs.stage(Buffer.alloc(100_000, 1));
    const dropped = await store.blobs.stage(Buffer.alloc(100_000, 2));
    await store.blobs.stage(Buffer.alloc(100_000, 3));
    await store.transact(async (tx) => {
      await tx.addBlob(kept);
      await tx.addBlob(dropped);
    });
    await store.transact((tx) => tx.dropBlob(dropped.hash));
    clock.pass(300_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(files(), 3, 'five minutes are not enough');
    await until(clock, () => files() === 1);
    await store.blobs.stage(Buffer.alloc(100_000, 4));
    await store.close();
    assert.equal(files(), 2);
    store = await open({ clock });
    await until(clock, () => files() === 1);
    assert.ok(await store.blobs.read(kept.hash));
    await store.close();
  }));

test('the log stays bounded under steady load, and all is there after', () =>
  inDirectory(async (open, directory) => {
    const store = await open();
    let longest = 0;
    const body = 'x'.repeat(20_000);
    for (let round = 0; round < 250; round++) {
      await Promise.all(Array.from({ length: 16 }, () => store.transact((tx) => tx.append('unit.log', 0, { ...event, body }))));
      longest = Math.max(longest, fs.statSync(path.join(directory, 'store.db-wal')).size);
    }
    assert.ok(longest < 64 * 1024 * 1024, `the log grew to ${longest} bytes while 80 MB were written`);
    assert.deepEqual(await store.read.bounds('unit.log', 0), { first: 1, next: 4001 });
    await store.close();
    assert.deepEqual((await checkStore(directory)).problems, []);
  }));

test('a closed store refuses work and ends its followers', () =>
  inDirectory(async (open) => {
    const store = await open();
    const following = (async () => {
      for await (const batch of store.follow('unit.log', 0, 1, new AbortController().signal)) assert.ok(batch);
    })();
    const ended = assert.rejects(following, (error) => isFailure(error, 'StoreClosed'));
    const last = store.transact((tx) => tx.put(items, { id: 'last' }));
    await store.close();
    await last;
    await ended;
    await assert.rejects(
      store.transact((tx) => tx.put(items, { id: 'late' })),
      (error) => isFailure(error, 'StoreClosed'),
    );
    await assert.rejects(store.read.get(items, ['last']), (error) => isFailure(error, 'StoreClosed'));
  }));
