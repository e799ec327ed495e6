import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { fail, randomIds, systemClock } from '../../kernel/index.ts';
import { createPartCache, type Made } from './cache.ts';
import type { TreeEntry } from './trees.ts';
import { unpacked } from './zip.ts';

function room(t: TestContext, quotaMiB = 64) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-cache-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  const counts = { made: 0, closed: 0 };
  const make = async (content: string | Buffer): Promise<Made> => {
    counts.made++;
    const bytes = Buffer.from(content);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const facts = { path: 'a', kind: 'file', executable: false, size: bytes.length, crc: crc32(bytes), sha256 } as const;
    const entry: TreeEntry = { ...facts, read: async () => bytes };
    return { tree: new Map([['a', entry]]), close: async () => void counts.closed++ };
  };
  const open = () => createPartCache({ directory, quotaMiB, clock: systemClock, ids: randomIds });
  return { directory, counts, make, open, cache: open() };
}

const { signal } = new AbortController();

const read = async (cache: ReturnType<typeof room>['cache'], key: string, make: () => Promise<Made>) => {
  const part = await cache.have(key, signal, make);
  const text = (await unpacked(part).get('a')!.read()).toString();
  await part.close();
  return text;
};

test('what was made is there for whoever asks, also after a start', async (t) => {
  const { cache, open, make, counts } = room(t);
  assert.equal(await read(cache, 'k1', () => make('one')), 'one');
  assert.equal(await read(cache, 'k1', () => make('two')), 'one');
  assert.equal(await read(open(), 'k1', () => make('two')), 'one');
  assert.equal(await read(cache, 'k2', () => make('two')), 'two');
  assert.deepEqual(counts, { made: 2, closed: 2 });
});

test('whoever asks meanwhile waits for the same, and makes it when that fails', async (t) => {
  const { cache, make, counts } = room(t);
  const gate = Promise.withResolvers<void>();
  const failing = cache.have('k', signal, async () => {
    await gate.promise;
    throw fail('BuildFailed', 'aborted');
  });
  const waiting = [read(cache, 'k', () => make('x')), read(cache, 'k', () => make('x')), read(cache, 'k', () => make('x'))];
  const leaving = AbortSignal.abort();
  await assert.rejects(
    cache.have('k', leaving, () => make('x')),
    { name: 'AbortError' },
  );
  gate.resolve();
  await assert.rejects(failing, { code: 'BuildFailed' });
  assert.deepEqual(await Promise.all(waiting), ['x', 'x', 'x']);
  assert.equal(counts.made, 1);
});

test('one that was cut or changed anywhere is made again', async (t) => {
  const { cache, make, counts, directory } = room(t);
  await read(cache, 'k', () => make('content'));
  const file = path.join(directory, 'k.pack');
  const whole = fs.readFileSync(file);
  const changed = (at: number) => {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1;
    return bytes;
  };
  const broken = [...whole.keys()].filter((at) => at % 7 === 0).map(changed);
  const cut = [0, 3, 20, whole.length - 1].map((end) => whole.subarray(0, end));
  for (const bytes of [...broken, ...cut]) {
    fs.writeFileSync(file, bytes);
    assert.equal(await read(cache, 'k', () => make('content')), 'content');
  }
  assert.equal(counts.made, 1 + broken.length + cut.length);
});

test('what was not used for longest goes first; what is lent can be read to the end', async (t) => {
  const { cache, make, directory } = room(t, 1);
  const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)));
  const big = () => Buffer.concat(Array.from({ length: 7 }, noise)); // does not get smaller
  const lent = await cache.have('k1', signal, () => make(big()));
  await read(cache, 'k2', () => make(big()));
  fs.utimesSync(path.join(directory, 'k1.pack'), 1, 1);
  await read(cache, 'k3', () => make(big()));
  assert.deepEqual(fs.readdirSync(directory).sort(), ['k2.pack', 'k3.pack']);
  assert.equal((await unpacked(lent).get('a')!.read()).length, 420_000);
  await lent.close();
});
