import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { compileFilterCriteria } from './filter-criteria.ts';

const passes = (record: unknown, ...patterns: unknown[]) =>
  compileFilterCriteria(patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })))(record);
const base64 = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

test('no filter lets everything pass', () => {
  assert.ok(compileFilterCriteria([])({ any: 1 }));
});

test('the body of a message is JSON or a plain string, and filters of the other kind drop it', () => {
  const plain = { messageId: '1', body: 'hello', eventSource: 'aws:sqs' };
  const json = { messageId: '2', body: '{"n":5,"s":"hello"}', eventSource: 'aws:sqs' };
  assert.ok(passes(plain, { body: ['hello'] }));
  assert.ok(passes(plain, { body: [{ prefix: 'he' }] }));
  assert.ok(!passes(plain, { body: { n: [5] } }));
  assert.ok(!passes(plain, { body: { n: [{ exists: false }] } }));
  assert.ok(passes(json, { body: { n: [{ numeric: ['>', 4] }] } }));
  assert.ok(!passes(json, { body: [{ prefix: '{' }] }));
  assert.ok(!passes({ body: '["hello"]' }, { body: ['hello'] }));
  assert.ok(passes(json, { eventSource: ['aws:sqs'] }));
  assert.ok(passes(json, { body: ['no'] }, { body: { s: ['hello'] } }));
});

test('data of streams is decoded', () => {
  const record = (data: unknown) => ({ eventName: 'aws:kinesis:record', kinesis: { partitionKey: 'k', data: base64(data) } });
  assert.ok(passes(record({ a: { b: 1 } }), { data: { a: { b: [1] } }, partitionKey: ['k'] }));
  assert.ok(passes(record('text'), { data: ['text'], kinesis: { partitionKey: ['k'] } }));
  assert.ok(!passes(record('text'), { data: { a: [1] } }));
  assert.ok(passes(record('text'), { partitionKey: ['k'] }));
});

test('DynamoDB records are looked at as they are', () => {
  const record = { eventName: 'INSERT', dynamodb: { Keys: { pk: { S: 'a' } }, NewImage: { total: { N: '5' } } } };
  assert.ok(passes(record, { eventName: ['INSERT'], dynamodb: { NewImage: { total: { N: ['5'] } } } }));
  assert.ok(passes(record, { dynamodb: { OldImage: { pk: { S: [{ exists: false }] } } } }));
  assert.ok(!passes(record, { dynamodb: { Keys: { pk: { S: ['b'] } } } }));
});

test('values and keys of Kafka are decoded', () => {
  const record = { topic: 't', partition: 0, offset: 1, value: base64({ a: 1 }), key: base64('k1') };
  assert.ok(passes(record, { value: { a: [1] }, key: [{ prefix: 'k' }] }));
  assert.ok(!passes(record, { value: ['x'] }));
});

test('what is no pattern is refused', () => {
  const bad = ['', 'null', '"text"', '{', '{"eventSource":"aws:sqs"}', '{"eventSource":[]}', '{}', '[]'];
  for (const Pattern of [...bad, undefined]) {
    assert.throws(
      () => compileFilterCriteria([{ Pattern }]),
      (error) => isFailure(error, 'InvalidParameterValueException') && error.message === 'Invalid filter pattern definition.',
    );
  }
});

test('whatever record and filter come, the record passes or not, or the filter is refused', () => {
  const key = fc.constantFrom('body', 'data', 'value', 'key', 'kinesis', 'dynamodb', 'topic', 'partition', 'messageID');
  const record = fc.dictionary(key, fc.oneof(fc.string(), fc.json(), fc.integer(), fc.dictionary(key, fc.string())));
  const list = fc.array(fc.oneof(fc.string(), fc.constantFrom({ prefix: 'a' }, { exists: false }, { numeric: ['>', 1] })));
  const pattern = fc.dictionary(key, fc.oneof(list, fc.dictionary(fc.string(), list)));
  fc.assert(
    fc.property(
      fc.oneof(record, fc.anything()),
      fc.oneof(
        fc.json(),
        pattern.map((given) => JSON.stringify(given)),
      ),
      (one, Pattern) => {
        const before = JSON.stringify(one);
        try {
          assert.equal(typeof compileFilterCriteria([{ Pattern }])(one), 'boolean');
        } catch (error) {
          assert.ok(isFailure(error, 'InvalidParameterValueException'), String(error));
        }
        assert.equal(JSON.stringify(one), before);
      },
    ),
    { numRuns: 1000 },
  );
});
