import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Clock, collection, isFailure, silentLogger, systemClock } from '../kernel/index.ts';
import { checkStore, openStore } from './index.ts';

interface Item {
  readonly id: string;
  readonly n: number;
  readonly data: string;
}
const items = collection<Item>({ name: 'full.items', key: ['id', 'n'], integers: ['n'] });
const schema = {
  collections: [items as never],
  topics: [{ name: 'full.log', lanes: 1, retention: { ageMs: 1e12, bytes: 1e12 } }],
};
const MIB = 1024 * 1024;

/** Runs work in a small file system of its own; says why when it cannot. */
async function onSmallDisk(t: { skip(message: string): void }, work: (directory: string) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=112m', 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    fs.rmSync(directory, { recursive: true });
    return t.skip(`a small file system cannot be mounted here (it takes root): ${(error as Error).message.split('\n')[0]}`);
  }
  try {
    await work(directory);
  } finally {
    execFileSync('umount', ['-l', directory]);
    fs.rmSync(directory, { recursive: true });
  }
}

const isFull = (error: unknown) => isFailure(error, 'StoreFull');

/** Fills the disk with transactions until they are refused; returns the numbers that were acknowledged. */
async function fill(write: (n: number) => Promise<unknown>): Promise<number[]> {
  const acknowledged: number[] = [];
  for (let n = 0; n < 8000; n += 8) {
    const group = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => write(n + i)));
    for (const [i, result] of group.entries()) {
      if (result.status === 'fulfilled') acknowledged.push(n + i);
      else assert.ok(isFull(result.reason), String(result.reason));
    }
    if (group.every(({ status }) => status === 'rejected')) return acknowledged;
  }
  throw assert.fail('the disk never became full');
}

// Blind never looks at how much is left, so that SQLite itself runs into the end; seeing refuses before.
for (const kind of ['seeing', 'blind'] as const) {
  test(`a full disk refuses writes, keeps what was acknowledged, and recovers (${kind})`, (t) =>
    onSmallDisk(t, async (disk) => {
      let now = 0;
      const clock: Clock = { ...systemClock, monotonic: () => (kind === 'blind' ? now : performance.now() * 1000) };
      const directory = path.join(disk, 'data');
      const options = { directory, schema, clock, logger: silentLogger, reserveBytes: 16 * MIB };
      const ballast = path.join(disk, 'ballast');
      fs.writeFileSync(ballast, Buffer.alloc(45 * MIB));
      const store = await openStore(options);
      const write = (n: number) =>
        store.transact(async (tx) => {
          await tx.put(items, { id: 'a', n, data: 'x'.repeat(20_000) });
          await tx.append('full.log', 0, {
            id: `${n}`,
            type: 'T',
            source: 's',
            subject: 's',
            account: '0',
            region: 'r',
            time: 1,
            body: n,
          });
        });
      const acknowledged = await fill(write);
      assert.ok(acknowledged.length > 50);
      assert.equal(store.health().state, 'full');
      await assert.rejects(store.blobs.stage(Buffer.alloc(100_000)), isFull);
      const kept = async () => {
        for (const n of acknowledged) assert.ok(await store.read.get(items, ['a', n]), `item ${n}`);
        const { next } = await store.read.bounds('full.log', 0);
        assert.equal(next, acknowledged.length + 1);
      };
      await kept();
      assert.equal(await store.transact((tx) => tx.delete(items, ['none', 1])), false, 'what needs no room still works');
      await store.transact((tx) => tx.advance('sub', 'full.log', 0, 2));
      fs.rmSync(ballast);
      now += 1000;
      await write(9000);
      assert.equal(store.health().state, 'ok');
      acknowledged.push(9000);
      await kept();
      await store.close();
      assert.deepEqual((await checkStore(directory)).problems, []);
    }));
}
