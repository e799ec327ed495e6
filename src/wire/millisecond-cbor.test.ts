import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import { fail, isFailure } from '../kernel/index.ts';
import { createWire, type Match, type WireRequest } from './index.ts';

const TYPE = 'application/x-amz-cbor-1.1';
const wire = createWire();

function request(operation: string, body: Uint8Array): WireRequest {
  const headers = { host: 'localhost:4566', 'content-type': TYPE, 'x-amz-target': `Kinesis_20131202.${operation}` };
  return { method: 'POST', url: '/', headers, body: Readable.from([Buffer.from(body)]) };
}

async function decoded(operation: string, input: object) {
  const sent = request(operation, cbor.serialize(input));
  const match = await wire.match(sent);
  return { match, input: (await wire.decode(sent, match)).input };
}

const written = (match: Match, output: Record<string, unknown>) =>
  cbor.deserialize(wire.encode(match, output, 'id').body as Uint8Array);

test('times of an input are milliseconds, wherever they stand', async () => {
  const time = 1_767_225_600_123;
  const iterator = { StreamName: 's', ShardId: 'shardId-000000000000', ShardIteratorType: 'AT_TIMESTAMP', Timestamp: time };
  const one = await decoded('GetShardIterator', iterator);
  assert.equal(one.match.protocol, 'awsCbor1_1');
  assert.deepEqual(one.input, { ...iterator, Timestamp: new Date(time) });
  const filter = { StreamName: 's', ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: time } };
  assert.deepEqual((await decoded('ListShards', filter)).input.ShardFilter, { Type: 'AT_TIMESTAMP', Timestamp: new Date(time) });
});

test('bytes are bytes, and times of an output milliseconds', async () => {
  const Records = [{ Data: Buffer.from([0, 255]), PartitionKey: 'é' }];
  const put = await decoded('PutRecords', { StreamName: 's', Records });
  assert.deepEqual([...(put.input.Records as typeof Records)[0]!.Data], [0, 255]);
  const { match } = await decoded('GetRecords', { ShardIterator: 'x' });
  const record = { ...Records[0], SequenceNumber: '1', ApproximateArrivalTimestamp: new Date(1_767_225_600_123) };
  const { headers, status } = wire.encode(match, { Records: [record], MillisBehindLatest: 0 }, 'id');
  assert.deepEqual([status, headers['content-type']], [200, TYPE]);
  const read = written(match, { Records: [record], MillisBehindLatest: 0 });
  assert.equal(read.Records[0].ApproximateArrivalTimestamp, 1_767_225_600_123);
  assert.deepEqual([...read.Records[0].Data], [0, 255]);
  assert.ok(record.ApproximateArrivalTimestamp instanceof Date, 'what was given is left as it was');
});

test('an operation without output answers an empty map', async () => {
  const { match } = await decoded('DeleteStream', { StreamName: 's' });
  assert.deepEqual(written(match, {}), {});
});

test('errors are a map with the short name of their shape', async () => {
  const { match } = await decoded('DeleteStream', { StreamName: 's' });
  const refusal = wire.encodeError(
    match,
    fail('ResourceNotFoundException', 'gone'),
    'id',
    request('DeleteStream', Buffer.alloc(0)),
  );
  assert.deepEqual([refusal.status, refusal.headers['content-type']], [400, TYPE]);
  assert.deepEqual(cbor.deserialize(refusal.body as Uint8Array), { __type: 'ResourceNotFoundException', message: 'gone' });
});

test('what cannot be read, or does not fit, is refused', async () => {
  for (const bytes of [Buffer.from([0xbf]), Buffer.from('{}'), cbor.serialize([1]), cbor.serialize({ StreamName: 5 })]) {
    const sent = request('DeleteStream', bytes);
    const match = await wire.match(sent);
    await assert.rejects(
      async () => wire.decode(sent, match),
      (error) => isFailure(error) && ['SerializationException', 'ValidationException'].includes(error.code),
    );
  }
});

test('other services do not speak it', async () => {
  const sent = {
    ...request('ListTables', Buffer.from('{}')),
    headers: { 'content-type': TYPE, 'x-amz-target': 'DynamoDB_20120810.ListTables' },
  };
  assert.equal((await wire.match(sent)).protocol, 'awsJson1_1');
});
