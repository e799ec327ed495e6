import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collection, isFailure, type Store, type Transaction } from '../../src/kernel/index.ts';
import { openLaneTests } from './store-lanes.suite.ts';
import { type Chunk, chunks, event, type Item, items } from './store-plan.ts';

/** A fresh, empty store with suiteSchema, and how to be rid of it. */
export type MakeStore = () => Promise<{ store: Store; done: () => Promise<void> }>;

/** What every driver of the store must do. */
export function storeSuite(name: string, make: MakeStore): void {
  const on = (title: string, test: (store: Store) => Promise<void>) =>
    it(title, async () => {
      const { store, done } = await make();
      try {
        await test(store);
      } finally {
        await done();
      }
    });
  describe(`store contract: ${name}`, () => {
    collectionTests(on);
    transactionTests(on);
    topicTests(on);
    openLaneTests(on);
    blobTests(on);
    on('does what a simple model does, whatever is asked of it', matchesModel);
  });
}

export type On = (title: string, test: (store: Store) => Promise<void>) => void;

function collectionTests(on: On): void {
  on('gives back what was put, with bytes, unicode, nul and large integers', async (store) => {
    const item: Item = {
      owner: 'a\0ü\u{1f600}',
      rank: 2 ** 53 - 1,
      group: '',
      size: -(2 ** 53) + 1,
      data: { deep: [null, true, 'x\0', 1.5, '\ud800'] },
    };
    const chunk: Chunk = { stream: 's', at: 0, content: new Uint8Array([0, 255, 7]), lines: 3 };
    await store.transact(async (tx) => {
      await tx.put(items, item);
      await tx.put(chunks, chunk);
    });
    assert.deepEqual(await store.read.get(items, ['a\0ü\u{1f600}', 2 ** 53 - 1]), item);
    const read = await store.read.get(chunks, ['s', 0]);
    assert.deepEqual({ ...read, content: [...read!.content] }, { ...chunk, content: [0, 255, 7] });
    assert.equal(await store.read.get(items, ['a', 1]), undefined);
  });

  on('orders by an index that begins with a key field', async (store) => {
    await store.transact(async (tx) => {
      for (const rank of [1, 2, 3]) await tx.put(items, { owner: 'keyed', rank, size: 10 - rank });
      await tx.put(items, { owner: 'keyed', rank: 4 });
      await tx.put(items, { owner: 'other', rank: 5, size: 1 });
    });
    const range = { index: 'by-owner-size', prefix: ['keyed'], limit: 2 };
    const first = await store.read.range(items, range);
    const rest = await store.read.range(items, { ...range, after: first.next! });
    assert.deepEqual(
      [...first.items, ...rest.items].map(({ rank }) => rank),
      [3, 2, 1],
    );
  });

  on('answers a get after an acknowledged change with that change, and shares nothing that can be changed', async (store) => {
    for (let rank = 0; rank < 200; rank++) {
      const key = ['fresh', rank % 3] as const;
      const before = store.read.get(items, key);
      const change = store.transact((tx) => tx.put(items, { owner: 'fresh', rank: rank % 3, data: { n: rank } }));
      const during = store.read.get(items, key);
      await change;
      assert.deepEqual((await store.read.get(items, key))?.data, { n: rank });
      for (const read of [await before, await during])
        if (read) assert.ok([rank, rank - 3].includes((read.data as { n: number }).n));
      if (rank % 7 === 0) {
        await store.transact((tx) => tx.delete(items, key));
        assert.equal(await store.read.get(items, key), undefined);
      }
      const put = await store.transact(async (tx) => {
        await tx.put(items, { owner: 'fresh', rank: rank % 3, data: { n: rank } });
        return (await tx.get(items, key))?.data;
      });
      assert.deepEqual(put, { n: rank });
    }
    await assert.rejects(
      store.transact(async (tx) => {
        await tx.put(items, { owner: 'fresh', rank: 0, data: 'undone' });
        throw isFailure;
      }),
    );
    assert.notEqual((await store.read.get(items, ['fresh', 0]))?.data, 'undone');
  });

  on('replaces whole documents and says whether a delete found one', async (store) => {
    await store.transact((tx) => tx.put(items, { owner: 'a', rank: 1, group: 'g', data: 1 }));
    await store.transact((tx) => tx.put(items, { owner: 'a', rank: 1 }));
    assert.deepEqual(await store.read.get(items, ['a', 1]), { owner: 'a', rank: 1 });
    assert.equal((await store.read.range(items, { index: 'by-group', limit: 10 })).items.length, 0);
    assert.deepEqual(await store.transact(async (tx) => [await tx.delete(items, ['a', 1]), await tx.delete(items, ['a', 1])]), [
      true,
      false,
    ]);
  });

  on('refuses wrong types, unknown collections, indexes and limits', async (store) => {
    const bad = [
      (tx: Transaction) => tx.put(items, { owner: 1, rank: 1 } as never),
      (tx: Transaction) => tx.put(items, { owner: 'a', rank: 1.5 }),
      (tx: Transaction) => tx.put(items, { owner: '\ud800', rank: 1 }),
      (tx: Transaction) => tx.put(items, { owner: 'a', rank: 1, group: 7 } as never),
      (tx: Transaction) => tx.put(collection<Item>({ name: 'nobody', key: ['owner'] }), { owner: 'a', rank: 1 }),
      (tx: Transaction) => tx.get(items, ['a']),
      (tx: Transaction) => tx.range(items, { index: 'none', limit: 1 }),
      (tx: Transaction) => tx.range(items, { limit: 1001 }),
      (tx: Transaction) => tx.append('suite.events', 4, event(1)),
      (tx: Transaction) => tx.append('nobody', 0, event(1)),
    ];
    for (const call of bad)
      await assert.rejects(store.transact(call as (tx: Transaction) => Promise<unknown>), (error) =>
        isFailure(error, 'InternalError'),
      );
  });

  on('reads ranges page by page, both ways, by key and by index', async (store) => {
    const all = Array.from(
      { length: 25 },
      (_, i): Item => ({ owner: i < 20 ? 'a' : 'b', rank: i, group: `g${i % 3}`, size: i % 5 }),
    );
    await store.transact(async (tx) => {
      for (const item of all) await tx.put(items, item);
    });
    for (const reverse of [false, true]) {
      const read: Item[] = [];
      let after: readonly (string | number)[] | undefined;
      do {
        const page = await store.read.range(items, { prefix: ['a'], reverse, limit: 7, ...(after ? { after } : {}) });
        read.push(...page.items);
        after = page.next;
      } while (after);
      assert.deepEqual(
        read.map(({ rank }) => rank),
        reverse ? [...Array(20).keys()].reverse() : [...Array(20).keys()],
      );
    }
    const full = await store.read.range(items, { prefix: ['a'], limit: 7, last: true });
    assert.deepEqual([full.items.length, full.next], [7, undefined]);
    const part = await store.read.range(items, { prefix: ['a'], from: [3], to: [6], limit: 10 });
    assert.deepEqual(
      part.items.map(({ rank }) => rank),
      [3, 4, 5],
    );
    const sized = await store.read.range(items, { index: 'by-size', prefix: ['g0'], from: [2], limit: 100 });
    assert.deepEqual(
      sized.items.map(({ size, rank }) => [size, rank]),
      [
        [2, 12],
        [3, 3],
        [3, 18],
        [4, 9],
        [4, 24],
      ],
    );
    const first = await store.read.range(items, { index: 'by-group', prefix: ['g1'], limit: 3 });
    const rest = await store.read.range(items, { index: 'by-group', prefix: ['g1'], limit: 100, after: first.next! });
    assert.deepEqual(
      [...first.items, ...rest.items].map(({ rank }) => rank),
      [1, 4, 7, 10, 13, 16, 19, 22],
    );
    assert.equal(await store.read.count(items, ['a']), 20);
    assert.equal(await store.read.count(items, []), 25);
    assert.equal(await store.read.count(items, ['g1'], { index: 'by-group' }), 8);
    assert.equal(await store.read.count(items, ['g0'], { index: 'by-size', from: [2], to: [4] }), 3);
  });

  on('ends a page at about a megabyte', async (store) => {
    for (let i = 0; i < 30; i++)
      await store.transact((tx) => tx.put(items, { owner: 'big', rank: i, data: 'x'.repeat(100_000) }));
    const page = await store.read.range(items, { prefix: ['big'], limit: 30 });
    assert.equal(page.items.length, 11);
    assert.deepEqual(page.next, [10]);
  });
}

function transactionTests(on: On): void {
  on('keeps nothing of a transaction that threw, and all of its neighbours', async (store) => {
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) =>
        store.transact(async (tx) => {
          await tx.put(items, { owner: 'n', rank: i });
          const position = await tx.append('suite.events', 0, event(i));
          if (i % 7 === 3) throw new RangeError(`no ${i}`);
          return position;
        }),
      ),
    );
    const kept = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    assert.deepEqual(
      kept,
      kept.map((_, i) => i + 1),
      'positions have no gaps',
    );
    assert.equal(await store.read.count(items, ['n']), kept.length);
    assert.equal((results[3] as PromiseRejectedResult).reason.message, 'no 3');
    assert.deepEqual(await store.read.bounds('suite.events', 0), { first: 1, next: kept.length + 1 });
  });

  on('is serializable: no update is lost, and own writes are seen', async (store) => {
    const add = () =>
      store.transact(async (tx) => {
        const found = await tx.get(items, ['counter', 0]);
        await tx.put(items, { owner: 'counter', rank: 0, size: (found?.size ?? 0) + 1 });
        return (await tx.get(items, ['counter', 0]))!.size;
      });
    const seen = await Promise.all(Array.from({ length: 300 }, add));
    assert.deepEqual(
      seen,
      [...Array(300).keys()].map((i) => i + 1),
    );
  });

  on('shows nothing of a transaction that has not ended', async (store) => {
    let inside: Item | undefined;
    await store.transact(async (tx) => {
      await tx.put(items, { owner: 'x', rank: 1 });
      inside = await store.read.get(items, ['x', 1]);
    });
    assert.equal(inside, undefined);
    assert.ok(await store.read.get(items, ['x', 1]));
  });

  on('refuses a handle after its transaction', async (store) => {
    let leaked: Transaction | undefined;
    await store.transact(async (tx) => {
      leaked = tx;
    });
    await assert.rejects(leaked!.put(items, { owner: 'late', rank: 1 }), (error) => isFailure(error, 'InternalError'));
  });
}

function topicTests(on: On): void {
  on('keeps events in order and whole, small and large', async (store) => {
    const bodies = [null, { a: [1, 'ü'] }, 'x'.repeat(300_000), { big: '€'.repeat(120_000) }];
    for (const [i, body] of bodies.entries())
      await store.transact((tx) => tx.append('suite.events', 2, { ...event(i, body), cause: 'c' }));
    const events = await store.read.events('suite.events', 2, 1, 10);
    assert.deepEqual(
      events,
      bodies.map((body, i) => ({ ...event(i, body), cause: 'c', topic: 'suite.events', lane: 2, position: i + 1 })),
    );
    assert.deepEqual(
      (await store.read.events('suite.events', 2, 3, 1)).map(({ position }) => position),
      [3],
    );
    assert.deepEqual(await store.read.events('suite.events', 1, 1, 10), []);
  });

  on('wakes followers of a lane at once, each from its own position', async (store) => {
    const stop = new AbortController();
    const collect = async (from: number, upto: number) => {
      const seen: number[] = [];
      for await (const batch of store.follow('suite.more', 0, from, stop.signal)) {
        seen.push(...batch.map(({ position }) => position));
        if (seen.at(-1) === upto) break;
      }
      return seen;
    };
    const followers = [collect(1, 40), collect(5, 40), collect(1, 40)];
    for (let i = 0; i < 20; i++) await store.transact((tx) => tx.append('suite.more', 0, event(i)));
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.transact((tx) => tx.append('suite.more', 0, event(i)))));
    const all = [...Array(40).keys()].map((i) => i + 1);
    assert.deepEqual(await Promise.all(followers), [all, all.slice(4), all]);
    const waiting = collect(100, 100);
    setTimeout(() => stop.abort(), 5);
    assert.deepEqual(await waiting, []);
  });

  on('moves cursors forward only, back on reset, and forgets', async (store) => {
    const advance = (next: number, reset?: boolean) => store.transact((tx) => tx.advance('sub', 'suite.events', 1, next, reset));
    const cursor = () => store.read.cursor('sub', 'suite.events', 1);
    assert.equal(await cursor(), undefined);
    await advance(5);
    await advance(3);
    assert.equal(await cursor(), 5);
    await advance(2, true);
    assert.equal(await cursor(), 2);
    await store.transact((tx) => tx.forget('sub'));
    assert.equal(await cursor(), undefined);
  });
}

async function contentOf(store: Store, hash: string, range?: { start: number; end: number }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await store.blobs.read(hash, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* inPieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
}

function blobTests(on: On): void {
  on('keeps content small and large, whole and in ranges', async (store) => {
    for (const size of [0, 1, 65_536, 65_537, 1_000_000]) {
      const content = Buffer.alloc(size, `content ${size} `);
      const staged = await store.blobs.stage(size % 2 ? inPieces(content) : content);
      assert.equal(staged.size, size);
      assert.deepEqual(await contentOf(store, staged.hash), content, 'readable before it is referenced');
      await store.transact((tx) => tx.addBlob(staged));
      assert.deepEqual(await contentOf(store, staged.hash), content);
      assert.deepEqual(await contentOf(store, staged.hash, { start: 1, end: 70_000 }), content.subarray(1, 70_000));
    }
  });

  on('counts references in transactions', async (store) => {
    const staged = await store.blobs.stage(Buffer.from('counted'));
    await assert.rejects(
      store.transact((tx) => tx.linkBlob(staged.hash)),
      (error) => isFailure(error, 'BlobMissing'),
    );
    await store.transact((tx) => tx.addBlob(staged));
    await store.transact((tx) => tx.linkBlob(staged.hash));
    await store.transact((tx) => tx.dropBlob(staged.hash));
    await store.transact((tx) => tx.dropBlob(staged.hash));
    await assert.rejects(
      store.transact((tx) => tx.dropBlob(staged.hash)),
      (error) => isFailure(error, 'BlobMissing'),
    );
    await assert.rejects(store.blobs.read('0'.repeat(64)), (error) => isFailure(error, 'BlobMissing'));
  });
}

type Step = {
  readonly kind: 'put' | 'delete' | 'append';
  readonly owner: string;
  readonly rank: number;
  readonly group: string | undefined;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('put' as const, 'put' as const, 'delete' as const, 'append' as const),
  owner: fc.constantFrom('', 'a', 'aa', 'b', 'ü', '\u{10000}', '\uffee'),
  rank: fc.integer({ min: -3, max: 3 }),
  group: fc.constantFrom(undefined, 'x', 'y'),
});

const byKey = (a: Item, b: Item) => Buffer.compare(Buffer.from(a.owner), Buffer.from(b.owner)) || a.rank - b.rank;

async function matchesModel(store: Store): Promise<void> {
  const model = new Map<string, Item>();
  const log: string[] = [];
  const transaction = fc.record({ steps: fc.array(step, { maxLength: 6 }), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 5 }), async (transactions) => {
      await Promise.all(
        transactions.map(({ steps, fails }) =>
          store.transact((tx) => perform(tx, steps, fails)).catch((error) => assert.equal(error.message, 'wanted')),
        ),
      );
      for (const { steps, fails } of transactions) if (!fails) for (const done of steps) applyStep(model, log, done);
      const sorted = [...model.values()].sort(byKey);
      assert.deepEqual((await store.read.range(items, { limit: 1000 })).items, sorted);
      assert.deepEqual((await store.read.range(items, { limit: 1000, reverse: true })).items, sorted.toReversed());
      const grouped = sorted.filter(({ group }) => group === 'x');
      assert.deepEqual((await store.read.range(items, { index: 'by-group', prefix: ['x'], limit: 1000 })).items, grouped);
      const { next } = await store.read.bounds('suite.more', 0);
      assert.equal(next, log.length + 1);
      const tail = await store.read.events('suite.more', 0, Math.max(1, next - 50), 1000);
      assert.deepEqual(
        tail.map(({ subject }) => subject),
        log.slice(-50).slice(-tail.length),
      );
    }),
    { numRuns: 60, seed: 20_26 },
  );
}

async function perform(tx: Transaction, steps: readonly Step[], fails: boolean): Promise<void> {
  for (const { kind, owner, rank, group } of steps) {
    if (kind === 'put') await tx.put(items, group === undefined ? { owner, rank } : { owner, rank, group });
    else if (kind === 'delete') await tx.delete(items, [owner, rank]);
    else await tx.append('suite.more', 0, { ...event(rank), subject: owner + rank });
  }
  if (fails) throw new RangeError('wanted');
}

function applyStep(model: Map<string, Item>, log: string[], { kind, owner, rank, group }: Step): void {
  const key = `${owner}/${rank}`;
  if (kind === 'put') model.set(key, group === undefined ? { owner, rank } : { owner, rank, group });
  else if (kind === 'delete') model.delete(key);
  else log.push(owner + rank);
}
