import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { pointsOf } from './points.mjs';

const read = async (name, chunks) => Array.fromAsync(pointsOf(Readable.from(chunks), name));

/** The same bytes in pieces, as a network may bring them. */
const pieces = (text, size) => {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
};

const points = fc.array(
  fc.record(
    {
      sensor: fc.stringMatching(/^[\w.-]{1,64}$/),
      time: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
      value: fc.double({ noNaN: true, min: -1e15, max: 1e15 }).map((value) => value + 0),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 20 },
);

test('every point that was written is read, in both formats, however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(points, fc.integer({ min: 1, max: 64 }), fc.constantFrom('\n', '\r\n'), async (list, size, end) => {
      const csv = ['sensor,time,value', ...list.map(({ sensor, time, value }) => `${sensor}, ${time},${value}`)].join(end);
      assert.deepEqual(await read('a.csv', pieces(csv, size)), list);
      const jsonl = list.map((point) => JSON.stringify(point)).join(end);
      assert.deepEqual(await read('a.jsonl', pieces(jsonl, size)), list);
    }),
    { numRuns: 100 },
  );
});

test('nonsense is passed over, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.json({ maxDepth: 2 }), async (bytes, json) => {
      for (const name of ['a.csv', 'a.jsonl'])
        for (const { sensor, time, value } of await read(name, [bytes, Buffer.from(`\n${json}\n`)])) {
          assert.match(sensor, /^[\w.-]{1,64}$/);
          assert.equal(new Date(time).toISOString(), time);
          assert.ok(Math.abs(value) <= 1e15);
        }
    }),
    { numRuns: 200 },
  );
  const good = '{"sensor":"a","time":"2026-01-01T00:00:00.000Z","value":1}';
  const lines = ['null', '[]', '7', '"x"', '{"sensor":{"toString":1},"time":[],"value":{}}', '{"sensor":"a"}', good];
  assert.deepEqual(await read('a.jsonl', [Buffer.from(lines.join('\n'))]), [JSON.parse(good)]);
});

test('half a file is no file', async () => {
  const broken = async function* () {
    yield Buffer.from('a,2026-01-01T00:00:00Z,1\nb,2026');
    throw new Error('the connection broke');
  };
  await assert.rejects(read('a.csv', broken()), /the connection broke/);
  await assert.rejects(read('a.csv', Array(20).fill(Buffer.alloc(1e5, 'x'))), /too long/);
});
