import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';
import { expiries } from './collections.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('aging', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' } });
});
after(() => dynamo.close());

const seconds = () => Math.floor(dynamo.clock.now() / 1000);
const put = (pk: string, at: string) => dynamo.call('PutItem', { TableName: 'aging', Item: { pk: { S: pk }, due: { N: at } } });
const set = (Enabled: boolean, AttributeName = 'due') =>
  dynamo.call('UpdateTimeToLive', { TableName: 'aging', TimeToLiveSpecification: { Enabled, AttributeName } });
const described = async () => (await dynamo.call('DescribeTimeToLive', { TableName: 'aging' })).TimeToLiveDescription;
const left = async () => (await dynamo.call('Scan', { TableName: 'aging' })).Items.map(({ pk }: Answer) => pk.S).sort();
const expect = async (text: string, call: Promise<unknown>) =>
  assert.equal((await refused(call, 'ValidationException')).message, text);

test('items that are there before are taken in', async () => {
  assert.deepEqual(await described(), { TimeToLiveStatus: 'DISABLED' });
  await expect('TimeToLive is already disabled', set(false));
  await put('early', String(seconds() + 60));
  await put('late', String(seconds() + 3600 * 24));
  await put('never', '0.5');
  assert.deepEqual(await set(true), { TimeToLiveSpecification: { AttributeName: 'due', Enabled: true } });
  assert.deepEqual(await described(), { TimeToLiveStatus: 'ENABLING', AttributeName: 'due' });
  await dynamo.upkeep();
  assert.deepEqual(await described(), { TimeToLiveStatus: 'ENABLED', AttributeName: 'due' });
  await expect('TimeToLive is already enabled', set(true));
  await expect('TimeToLive is active on a different AttributeName: current AttributeName is due', set(true, 'other'));
  await expect('Time to live has been modified multiple times within a fixed interval', set(false));
});

test('what is due goes, and the stream says who did it', async () => {
  await put('moved', String(seconds() + 60));
  await put('moved', String(seconds() + 7200));
  await put('ancient', String(seconds() - 6 * 365 * 24 * 3600));
  await dynamo.clock.advance(61_000);
  await dynamo.upkeep();
  assert.deepEqual(await left(), ['ancient', 'late', 'moved', 'never']);
  const { Streams } = await dynamo.streams('ListStreams', { TableName: 'aging' });
  const { StreamArn } = Streams[0];
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn });
  const { ShardId } = StreamDescription.Shards[0];
  const iterator = await dynamo.streams('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const last = (await dynamo.streams('GetRecords', iterator)).Records.at(-1);
  assert.equal(last.eventName, 'REMOVE');
  assert.deepEqual(last.userIdentity, { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' });
  assert.deepEqual(last.dynamodb.OldImage.pk, { S: 'early' });
});

test('when it is disabled nothing goes any more', async () => {
  await dynamo.clock.advance(3600_000);
  await set(false);
  await dynamo.clock.advance(48 * 3600_000);
  await dynamo.upkeep();
  assert.deepEqual(await left(), ['ancient', 'late', 'moved', 'never']);
});

test('a deleted table leaves no expiry', async () => {
  await set(true);
  await put('far', String(seconds() + 9_000_000));
  await dynamo.call('DeleteTable', { TableName: 'aging' });
  await dynamo.upkeep();
  assert.equal((await dynamo.store.read.range(expiries, { limit: 10 })).items.length, 0);
});

test('a clock that is set back lengthens the hour between two changes by nothing', async () => {
  await dynamo.table('aging');
  await set(true);
  dynamo.clock.jump(-48 * 3600_000);
  await set(false);
  await expect('Time to live has been modified multiple times within a fixed interval', set(true));
});
