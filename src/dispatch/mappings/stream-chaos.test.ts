import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { balanced, mappingOf, openRoom, streamSettings, untilLater, valuesOf } from './room.fixture.ts';

const RECORDS = 60;
const KEYS = 5;

const plans = fc.record({
  factor: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.integer({ min: 1, max: 12 }),
  bisect: fc.boolean(),
  maxRetries: fc.integer({ min: 0, max: 2 }),
  poison: fc.uniqueArray(fc.nat(RECORDS - 1), { maxLength: 4 }),
  flaky: fc.uniqueArray(fc.nat(RECORDS - 1), { maxLength: 4 }),
  /** After how many calls the process dies, each time. */
  crashes: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
});

test('whatever fails and whenever the process dies: each record ends once, keys stay in order, and batches that are split lose poison only', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async ({ factor, batchSize, bisect, maxRetries, poison, flaky, crashes }) => {
      const failed = new Set<string>();
      const done: string[] = [];
      const handler = (event: unknown) => {
        const values = valuesOf(event);
        const first = values.find((value) => flaky.includes(Number(value)) && !failed.has(value));
        if (first !== undefined) failed.add(first);
        if (first !== undefined || values.some((value) => poison.includes(Number(value)))) throw Error('asked for');
        done.push(...values);
      };
      let room = await openRoom({ handler });
      const values = Array.from({ length: RECORDS }, (_, i) => String(i));
      await room.write(values, 0, (value) => `key${Number(value) % KEYS}`);
      await room.mappings.start();
      await room.keep(mappingOf(streamSettings({ parallelizationFactor: factor, bisect, maxRetries }, { batchSize })));
      for (const calls of crashes) {
        await untilLater(room, 'calls', async () => room.calls.length >= calls || (await room.books())?.accepted === RECORDS);
        room = await room.crash();
        await room.mappings.start();
      }
      await untilLater(room, 'the end', async () => (await room.books())?.accepted === RECORDS);
      const books = (await room.books())!;
      assert.ok(balanced(books));
      assert.deepEqual(
        (await room.shard())?.slices.map(({ work }) => work),
        Array(factor).fill(undefined),
      );
      if (bisect && maxRetries > 0) assert.equal(books.failed, poison.length);
      const firsts = [...new Set(done)];
      assert.ok(firsts.length >= books.delivered);
      for (let key = 0; key < KEYS; key++) {
        const numbers = firsts.map(Number).filter((n) => n % KEYS === key);
        assert.deepEqual(
          numbers,
          [...numbers].sort((a, b) => a - b),
        );
      }
      await room.close();
    }),
    { numRuns: 6 },
  );
});
