import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Store, silentLogger, systemClock } from '../../src/kernel/index.ts';
import { checkStore, openStore } from '../../src/store/index.ts';
import { crashSchema, type Half, OPEN_KEPT, openLane, pairs } from './store-crash.plan.ts';

const ROUNDS = process.env.SOAK === '1' ? 500 : 20;
/** A new directory now and then keeps the checking of all that was ever written short. */
const ROUNDS_A_DIRECTORY = 10;

interface Acknowledged {
  readonly id: string;
  readonly lane: number;
  readonly position: number;
  readonly hash: string;
}

test(`SIGKILL at a random moment loses nothing acknowledged and leaves no half, ${ROUNDS} times`, async () => {
  let total = 0;
  for (let first = 0; first < ROUNDS; first += ROUNDS_A_DIRECTORY) {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-crash-'));
    try {
      const acknowledged: Acknowledged[] = [];
      for (let round = first; round < Math.min(first + ROUNDS_A_DIRECTORY, ROUNDS); round++) {
        acknowledged.push(...(await killedRound(directory, round)));
        await verify(directory, acknowledged);
      }
      assert.deepEqual((await checkStore(directory)).problems, []);
      total += acknowledged.length;
    } finally {
      await fs.rm(directory, { recursive: true, force: true });
    }
  }
  assert.ok(total > ROUNDS * 10, `only ${total} transactions were acknowledged: the test saw too little`);
});

/** Lets a child work for a while after it is ready, kills it, and returns what it had acknowledged. */
async function killedRound(directory: string, round: number): Promise<Acknowledged[]> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', path.join(import.meta.dirname, 'store-crash.child.ts'), directory, String(round)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const output = await outputUntilKilled(child, Math.random() * 250);
  // The last line may be cut off by the kill.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n').slice(1);
  return lines.map((line) => {
    const [id, lane, position, hash] = line.split(' ');
    return { id: id!, lane: Number(lane), position: Number(position), hash: hash! };
  });
}

function outputUntilKilled(child: ChildProcess, afterMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      output += text;
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      clearTimeout(late);
      if (signal === 'SIGKILL' && output.startsWith('ready\n')) resolve(output);
      else reject(assert.fail(`the child ended by itself after: ${output.slice(-200)}`));
    });
  });
}

async function verify(directory: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const store = await openStore({
    directory,
    schema: crashSchema,
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: 1024 * 1024,
  });
  try {
    const halves = await allPairs(store);
    const events = [await allEvents(store, 0), await allEvents(store, 1)];
    for (const { id, lane, position, hash } of acknowledged) {
      assert.equal(events[lane]![position - 1], id, `the event of ${id}`);
      assert.equal(halves.get(`${id} right`)?.position, position, `the right half of ${id}`);
      if (hash !== '-') assert.equal(halves.get(`${id} left`)?.hash, hash);
    }
    await verifyWhole(store, halves, events);
    for (const [lane, ids] of events.entries()) await verifyOpen(store, lane, ids);
  } finally {
    await store.close();
  }
}

async function verifyWhole(store: Store, halves: ReadonlyMap<string, Half>, events: readonly string[][]): Promise<void> {
  assert.equal(halves.size, 2 * (events[0]!.length + events[1]!.length), 'each event has two halves, and no half is alone');
  for (const [lane, ids] of events.entries()) {
    for (const [i, id] of ids.entries()) {
      const [left, right] = [halves.get(`${id} left`), halves.get(`${id} right`)];
      assert.equal(right?.position, i + 1);
      assert.equal(left?.lane, lane);
      assert.equal(left.hash, right.hash);
    }
  }
  for (const hash of new Set([...halves.values()].flatMap((half) => half.hash ?? []))) await readWhole(store, hash);
}

async function verifyOpen(store: Store, lane: number, ids: readonly string[]): Promise<void> {
  const { first, next } = await store.read.bounds('crash.open', openLane(lane));
  assert.deepEqual([first, next], [Math.max(1, ids.length - OPEN_KEPT), ids.length + 1]);
  const kept = await store.read.events('crash.open', openLane(lane), 1, 1000);
  assert.deepEqual(
    kept.map(({ id }) => id),
    ids.slice(first - 1),
  );
}

// Reading to the end verifies the hash.
async function readWhole(store: Store, hash: string): Promise<void> {
  for await (const piece of await store.blobs.read(hash)) assert.ok(piece.length > 0);
}

async function allPairs(store: Store): Promise<Map<string, Half>> {
  const halves = new Map<string, Half>();
  let after: readonly (string | number)[] | undefined;
  do {
    const page = await store.read.range(pairs, { limit: 1000, ...(after ? { after } : {}) });
    for (const half of page.items) halves.set(`${half.id} ${half.side}`, half);
    after = page.next;
  } while (after);
  return halves;
}

async function allEvents(store: Store, lane: number): Promise<string[]> {
  const ids: string[] = [];
  const { next } = await store.read.bounds('crash.work', lane);
  while (ids.length + 1 < next) {
    const batch = await store.read.events('crash.work', lane, ids.length + 1, 1000);
    assert.deepEqual(
      batch.map(({ position }) => position),
      batch.map((_, i) => ids.length + 1 + i),
      'no gap',
    );
    assert.ok(batch.length > 0);
    ids.push(...batch.map(({ id }) => id));
  }
  return ids;
}
