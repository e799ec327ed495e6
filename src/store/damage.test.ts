import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { collection, isFailure, type PlatformCode, silentLogger, systemClock } from '../kernel/index.ts';
import { checkStore, openStore } from './index.ts';

interface Item {
  readonly id: string;
  readonly data: string;
}
const items = collection<Item>({ name: 'damage.items', key: ['id'] });
const schema = {
  collections: [items as never],
  topics: [
    { name: 'damage.log', lanes: 1, retention: { ageMs: 1e12, bytes: 1e12 } },
    { name: 'damage.open', lanes: 'open' as const },
  ],
};
const big = Buffer.alloc(300_000, 'blob content ');

const open = (directory: string) =>
  openStore({ directory, schema, clock: systemClock, logger: silentLogger, reserveBytes: 1024 * 1024 });

/** A directory with 200 items, 50 events and a blob, closed; with the log as a kill would leave it if live is true. */
async function filled(live: boolean): Promise<{ directory: string; hash: string }> {
  const source = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-damage-'));
  const store = await open(source);
  for (let i = 0; i < 200; i++)
    await store.transact((tx) => tx.put(items, { id: `item-${i}`, data: `data of ${i} `.repeat(20) }));
  const event = {
    id: 'e',
    type: 'T',
    source: 's',
    subject: 'event-subject',
    account: '0',
    region: 'r',
    time: 1,
    body: 'event-body',
  };
  for (let i = 0; i < 50; i++) await store.transact((tx) => tx.append('damage.log', 0, event));
  const blob = await store.blobs.stage(big);
  await store.transact((tx) => tx.addBlob(blob));
  const directory = `${source}-copy`;
  if (live) fs.cpSync(source, directory, { recursive: true });
  await store.close();
  if (!live) fs.cpSync(source, directory, { recursive: true });
  fs.rmSync(source, { recursive: true });
  return { directory, hash: blob.hash };
}

async function withDamage(live: boolean, work: (directory: string, hash: string) => Promise<void>): Promise<void> {
  const { directory, hash } = await filled(live);
  try {
    await work(directory, hash);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** Flips one bit of the first occurrence of text; every occurrence if all is true. */
function flip(file: string, text: string): void {
  const content = fs.readFileSync(file);
  let at = content.indexOf(text);
  assert.ok(at >= 0, `${text} is in ${file}`);
  for (; at >= 0; at = content.indexOf(text, at + 1)) content[at + 2]! ^= 1;
  fs.writeFileSync(file, content);
}

const failsWith = (code: PlatformCode, text: RegExp) => (error: unknown) => isFailure(error, code) && text.test(error.message);

test('a whole store has no problems, closed or killed', async () => {
  for (const live of [false, true]) {
    await withDamage(live, async (directory) => {
      assert.deepEqual(await checkStore(directory), { problems: [], rows: 200, events: 50, blobs: 1 });
      await (await open(directory)).close();
    });
  }
});

test('a flipped bit in a document is found on reading and by the check, and named', () =>
  withDamage(false, async (directory) => {
    flip(path.join(directory, 'store.db'), 'data of 77 ');
    assert.match((await checkStore(directory)).problems.join('\n'), /damage\.items \["item-77"\]/);
    const store = await open(directory);
    await assert.rejects(store.read.get(items, ['item-77']), failsWith('StoreCorrupt', /damage\.items \["item-77"\]/));
    assert.ok(await store.read.get(items, ['item-78']));
    await store.close();
  }));

test('a flipped bit in an event is found and named', () =>
  withDamage(false, async (directory) => {
    flip(path.join(directory, 'store.db'), 'event-body');
    assert.match((await checkStore(directory)).problems[0]!, /topic damage\.log lane 0 position \d+/);
    const store = await open(directory);
    await assert.rejects(
      store.read.events('damage.log', 0, 1, 100),
      failsWith('StoreCorrupt', /topic damage\.log lane 0 position/),
    );
    await store.close();
  }));

test('an event that is gone is found by the check', () =>
  withDamage(false, async (directory) => {
    const db = new DatabaseSync(path.join(directory, 'store.db'));
    db.exec('delete from "t.damage.log" where at=17');
    db.close();
    assert.match((await checkStore(directory)).problems.join('\n'), /damage\.log lane 0: positions 17 to 17 are not there/);
  }));

test('in an open lane too, but not what was trimmed', () =>
  withDamage(false, async (directory) => {
    const store = await open(directory);
    const event = { id: 'e', type: 'T', source: 's', subject: 's', account: '0', region: 'r', time: 1, body: null };
    for (const lane of [7, 131_071])
      for (let i = 0; i < 5; i++) await store.transact((tx) => tx.append('damage.open', lane, event));
    await store.transact((tx) => tx.trim('damage.open', 7, 3));
    await store.close();
    assert.deepEqual((await checkStore(directory)).problems, []);
    const db = new DatabaseSync(path.join(directory, 'store.db'));
    db.exec(`delete from "o.damage.open" where at in (${7 * 2 ** 36 + 4}, ${131_071 * 2 ** 36 + 2})`);
    db.close();
    const { problems } = await checkStore(directory);
    assert.deepEqual(problems, [
      'topic damage.open lane 7: positions 4 to 4 are not there',
      'topic damage.open lane 131071: positions 2 to 2 are not there',
    ]);
  }));

test('flipped bits in the log: the start refuses, for synced commits are missing', () =>
  withDamage(true, async (directory) => {
    flip(path.join(directory, 'store.db-wal'), 'data of 150 ');
    assert.match((await checkStore(directory)).problems.join('\n'), /was synced, the database ends at/);
    await assert.rejects(open(directory), failsWith('StoreBehind', /was synced, the database ends at/));
  }));

test('a truncated or removed log: the start refuses', async () => {
  for (const damage of [(file: string) => fs.truncateSync(file, fs.statSync(file).size / 2), (file: string) => fs.rmSync(file)]) {
    await withDamage(true, async (directory) => {
      damage(path.join(directory, 'store.db-wal'));
      fs.rmSync(path.join(directory, 'store.db-shm'), { force: true });
      assert.notDeepEqual((await checkStore(directory)).problems, []);
      await assert.rejects(open(directory), failsWith('StoreBehind', /was synced/));
    });
  }
});

test('a truncated or removed database: the start refuses', async () => {
  await withDamage(false, async (directory) => {
    const file = path.join(directory, 'store.db');
    fs.truncateSync(file, fs.statSync(file).size / 2);
    assert.notDeepEqual((await checkStore(directory)).problems, []);
    await assert.rejects(open(directory), (error) => isFailure(error, 'StoreCorrupt') || isFailure(error, 'StoreBehind'));
  });
  await withDamage(false, async (directory) => {
    fs.rmSync(path.join(directory, 'store.db'));
    assert.match((await checkStore(directory)).problems.join('\n'), /is not there/);
    await assert.rejects(open(directory), failsWith('StoreBehind', /is not there/));
  });
});

test('a flipped bit, a truncation, and the loss of a blob file are found and named', async () => {
  const damages: [(file: string) => void, RegExp][] = [
    [(file) => flip(file, 'blob content blob'), /blob/],
    [(file) => fs.truncateSync(file, 1000), /1000 bytes instead of 300000/],
    [(file) => fs.rmSync(file), /its file is not there/],
  ];
  for (const [damage, text] of damages) {
    await withDamage(false, async (directory, hash) => {
      damage(path.join(directory, 'blobs', hash.slice(0, 2), hash));
      assert.match((await checkStore(directory)).problems.join('\n'), new RegExp(`blob ${hash}`));
      const store = await open(directory);
      const read = async () => {
        for await (const piece of await store.blobs.read(hash)) assert.ok(piece);
      };
      await assert.rejects(read(), failsWith('StoreCorrupt', text));
      await store.close();
    });
  }
});

test('a newer layout is refused, a damaged one is named', () =>
  withDamage(false, async (directory) => {
    fs.writeFileSync(path.join(directory, 'layout.json'), '{"layout":999}');
    await assert.rejects(open(directory), failsWith('StoreTooNew', /999/));
    fs.writeFileSync(path.join(directory, 'layout.json'), '{"lay');
    await assert.rejects(open(directory), failsWith('StoreCorrupt', /layout\.json/));
  }));
