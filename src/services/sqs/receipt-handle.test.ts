import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseReceipt, writeReceipt } from './receipt-handle.ts';

const receipts = fc.record(
  {
    queue: fc.string({ minLength: 1 }).map((text) => text.replaceAll('\n', '')),
    era: fc.nat(),
    receives: fc.nat(),
    key: fc.uuid(),
    group: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 128 }),
  },
  { requiredKeys: ['queue', 'era', 'receives', 'key'] },
);

test('comes back as written', () =>
  fc.assert(
    fc.property(receipts, (receipt) => {
      assert.deepEqual(parseReceipt(writeReceipt(receipt)), { ...receipt });
    }),
  ));

test('nothing else is a handle', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseReceipt(text), undefined)));
  fc.assert(fc.property(fc.base64String(), (text) => assert.equal(parseReceipt(text), undefined)));
  fc.assert(
    fc.property(receipts, fc.nat(), fc.integer({ min: 1, max: 255 }), (receipt, at, by) => {
      const bytes = Buffer.from(writeReceipt(receipt), 'base64');
      bytes[at % bytes.length]! ^= by;
      const found = parseReceipt(bytes.toString('base64'));
      assert.equal(found, undefined);
    }),
  );
});
