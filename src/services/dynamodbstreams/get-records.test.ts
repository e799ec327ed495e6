import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, contextOf, type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
});
after(() => dynamo.close());

async function stream(name: string, StreamViewType: string): Promise<() => Promise<Answer[]>> {
  const made = await dynamo.table(name, { StreamSpecification: { StreamEnabled: true, StreamViewType } });
  const StreamArn = made.TableDescription.LatestStreamArn;
  return async () => (await dynamo.streams('GetRecords', await begin(StreamArn))).Records;
}

async function begin(StreamArn: string): Promise<Answer> {
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn });
  const { ShardId } = StreamDescription.Shards[0];
  return dynamo.streams('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
}

const VIEWS: readonly (readonly [string, readonly string[], number])[] = [
  ['KEYS_ONLY', [], 3],
  ['NEW_IMAGE', ['NewImage'], 9],
  ['OLD_IMAGE', ['OldImage'], 9],
  ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage'], 15],
];

for (const [view, images, size] of VIEWS) {
  test(`${view} shows what it says`, async () => {
    const records = await stream(view, view);
    const put = (x: object) => dynamo.call('PutItem', { TableName: view, Item: { pk: { S: 'a' }, x } });
    await put({ N: '1' });
    await put({ B: Buffer.from('xy') });
    const [first, second] = await records();
    assert.equal(first?.eventName, 'INSERT');
    const { dynamodb, ...record } = second!;
    assert.match(record.eventID, /^[0-9a-f]{32}$/);
    assert.deepEqual(
      { ...record, eventID: 1 },
      {
        eventID: 1,
        eventName: 'MODIFY',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
      },
    );
    assert.deepEqual(
      Object.keys(dynamodb).filter((name) => name.endsWith('Image')),
      images,
    );
    assert.deepEqual(dynamodb.Keys, { pk: { S: 'a' } });
    if (dynamodb.NewImage) assert.deepEqual(dynamodb.NewImage.x.B, Buffer.from('xy'));
    if (dynamodb.OldImage) assert.deepEqual(dynamodb.OldImage.x, { N: '1' });
    assert.deepEqual([dynamodb.SizeBytes, dynamodb.StreamViewType], [size, view]);
    assert.equal(dynamodb.SequenceNumber, '100000000000000000002');
    assert.deepEqual(dynamodb.ApproximateCreationDateTime, new Date(dynamo.clock.now()));
  });
}

test('what changes nothing leaves no record', async () => {
  const records = await stream('quiet', 'KEYS_ONLY');
  const call = (operation: string, more: object) => dynamo.call(operation, { TableName: 'quiet', ...more });
  const Key = { pk: { S: 'a' } };
  await call('PutItem', { Item: { ...Key, n: { N: '1' }, s: { SS: ['a', 'b'] } } });
  await call('PutItem', { Item: { s: { SS: ['b', 'a'] }, n: { N: '1.0' }, ...Key } });
  await call('UpdateItem', { Key, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '01' } } });
  await call('DeleteItem', { Key: { pk: { S: 'none' } } });
  await call('DeleteItem', { Key });
  assert.deepEqual(
    (await records()).map(({ eventName }) => eventName),
    ['INSERT', 'REMOVE'],
  );
});

test('a record keeps the invocation that caused it', async () => {
  await stream('caused', 'KEYS_ONLY');
  await dynamo.call('PutItem', { TableName: 'caused', Item: { pk: { S: 'a' } } }, { cause: 'invocation' });
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'caused' });
  const found = await dynamo.source.find(Streams[0].StreamArn);
  const [event] = await dynamo.store.read.events(found!.topic, found!.shards[0]!.lane, 1, 1);
  assert.equal(event?.cause, 'invocation');
  const { dynamodb, eventSourceARN, ...record } = dynamo.source.record(event!, Streams[0].StreamArn, '', '') as Answer;
  assert.deepEqual([record.eventName, eventSourceARN], ['INSERT', Streams[0].StreamArn]);
  assert.equal(dynamodb.ApproximateCreationDateTime, dynamo.clock.now() / 1000);
  assert.equal(dynamodb.SequenceNumber, dynamo.source.sequenceNumber(event!));
  assert.match(dynamo.source.orderKey(event!), /a$/);
});

test('pages go on, end with a closed shard, and iterators expire', async () => {
  await stream('paged', 'KEYS_ONLY');
  for (let i = 0; i < 5; i++) await dynamo.call('PutItem', { TableName: 'paged', Item: { pk: { S: `${i}` } } });
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'paged' });
  const { StreamArn } = Streams[0];
  let wakes = 0;
  const unwatch = dynamo.source.watch(StreamArn, () => wakes++);
  const first = await dynamo.streams('GetRecords', { ...(await begin(StreamArn)), Limit: 3 });
  const second = await dynamo.streams('GetRecords', { ShardIterator: first.NextShardIterator });
  assert.deepEqual([first.Records.length, second.Records.length], [3, 2]);
  assert.deepEqual((await dynamo.streams('GetRecords', { ShardIterator: second.NextShardIterator })).Records, []);
  await dynamo.call('UpdateTable', { TableName: 'paged', StreamSpecification: { StreamEnabled: false } });
  assert.equal(wakes, 1);
  unwatch();
  const last = await dynamo.streams('GetRecords', { ShardIterator: second.NextShardIterator });
  assert.deepEqual(last, { Records: [] });
  const iterator = await begin(StreamArn);
  await dynamo.clock.advance(15 * 60_000 + 1);
  await refused(dynamo.streams('GetRecords', iterator), 'ExpiredIteratorException');
  await refused(dynamo.streams('GetRecords', { ShardIterator: 'nonsense' }), 'ValidationException');
});

test('operations ask for their actions on the stream', async () => {
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'quiet' });
  const { StreamArn } = Streams[0];
  const asked = (operation: string, input: Record<string, unknown>) => dynamo.streamAccess(operation, input, contextOf());
  const expected = (action: string) => [{ action, resource: StreamArn, context: {} }];
  assert.deepEqual(await asked('GetRecords', await begin(StreamArn)), expected('dynamodb:GetRecords'));
  assert.deepEqual(await asked('DescribeStream', { StreamArn }), expected('dynamodb:DescribeStream'));
  const [list] = await asked('ListStreams', {});
  assert.equal(list?.resource, 'arn:aws:dynamodb:us-east-1:000000000000:table/*/stream/*');
});
