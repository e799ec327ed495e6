import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { itemOf } from './item-images.ts';
import { changeSequence, sequencePosition, tableStreamArn, tableStreamKey } from './table-changes.ts';

const position = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

test('sequence numbers are 21 digits, grow with the position, and lead back to it', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const [first, second] = [changeSequence(a), changeSequence(b)];
      assert.match(first, /^\d{21}$/);
      assert.equal(sequencePosition(first), a);
      assert.equal(first < second, a < b);
    }),
  );
  for (const none of ['', '1', '49590338271490256608559692538361571095921575989136588898', '2'.padEnd(21, '0')])
    assert.equal(sequencePosition(none), undefined);
});

test('the ARN of a stream leads back to its key', () => {
  const key = { account: '000000000000', region: 'eu-west-1', table: 'a.b-c_d', label: '2026-01-01T00:00:00.000' };
  const arn = tableStreamArn(key);
  assert.equal(arn, 'arn:aws:dynamodb:eu-west-1:000000000000:table/a.b-c_d/stream/2026-01-01T00:00:00.000');
  assert.deepEqual(tableStreamKey(arn), Object.values({ a: key.account, r: key.region, t: key.table, l: key.label }));
  for (const none of ['', 'arn:aws:dynamodb:eu-west-1:000000000000:table/t', arn.replace('dynamodb', 'kinesis')])
    assert.equal(tableStreamKey(none), undefined);
});

test('an image becomes an item, whatever it is called and however deep binary lies', () => {
  const text = Buffer.from('xy').toString('base64');
  const image = JSON.parse(`{"__proto__":{"M":{"l":{"L":[{"B":"${text}"},{"BS":["${text}"]}]}}},"s":{"S":"${text}"}}`);
  const item = itemOf(image) as Record<string, { M: { l: { L: unknown[] } } }>;
  assert.deepEqual(Object.keys(item), ['__proto__', 's']);
  const { value } = Object.getOwnPropertyDescriptor(item, '__proto__')!;
  assert.deepEqual(value.M.l.L, [{ B: Buffer.from('xy') }, { BS: [Buffer.from('xy')] }]);
  assert.deepEqual(item.s, { S: text });
  const plain = { a: { L: [{ N: '1' }] } };
  assert.equal(itemOf(plain), plain);
});
