import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { awsJsonCodec } from './codecs.ts';
import { operationOf } from './operation.ts';
import { plainJson } from './plain-json.ts';

const received = operationOf('sqs', 'ReceiveMessage')!.output;
const decode = (written: Uint8Array | string) => JSON.parse(Buffer.from(written as string).toString()) as unknown;

test('writes any text, names and numbers as JSON does', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(anyText, fc.dictionary(anyText, anyText, { maxKeys: 3 }), (Body, Attributes) => {
      const output = { Messages: [{ MessageId: 'a"\\\n', Body, Attributes }, { Body: '\ud800' }] };
      assert.deepEqual(JSON.parse(plainJson(received, output)!), JSON.parse(JSON.stringify(output)));
    }),
  );
  const sent = operationOf('dynamodbstreams', 'DescribeStream')!.input;
  assert.equal(
    plainJson(sent, { StreamArn: 'a', Limit: 7, Unknown: 1, ExclusiveStartShardId: undefined }),
    '{"StreamArn":"a","Limit":7}',
  );
});

test('leaves to the codec what JSON has not of its own, and the codec writes it', () => {
  const binary = { MessageAttributes: { one: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2) } } };
  assert.equal(plainJson(received, { Messages: [{ Body: 'a' }, binary] }), undefined);
  assert.deepEqual(decode(awsJsonCodec.write(received, { Messages: [{ Body: 'ü' }, binary] })), {
    Messages: [{ Body: 'ü' }, { MessageAttributes: { one: { DataType: 'Binary', BinaryValue: 'AQI=' } } }],
  });
  const listed = operationOf('dynamodb', 'ListTables')!.output;
  assert.equal(plainJson(listed, { TableNames: ['a', null] }), undefined);
  assert.deepEqual(decode(awsJsonCodec.write(listed, { TableNames: ['a', null] })), { TableNames: ['a'] });
  const described = operationOf('sqs', 'ListMessageMoveTasks')!.output;
  assert.equal(plainJson(described, { Results: [{ StartedTimestamp: Number.NaN }] }), undefined);
  const item = operationOf('dynamodb', 'GetItem')!.output;
  assert.equal(plainJson(item, { Item: { a: { S: 'x' } } }), undefined, 'unions');
});
