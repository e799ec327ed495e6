import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';
import type { PutItem } from '../../model/index.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const role = { role: 'arn:aws:iam::000000000000:role/r' };
const service = {
  service: 'events.amazonaws.com',
  sourceArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  sourceAccount: '000000000000',
};
const put = (item: Partial<PutItem> = {}, arn = STREAM_ARN) => {
  const whole = { id: 'i', body: '{"a":1}', time: room.clock.now(), caller: role, cause: 'c', ...item };
  return room.store.transact((tx) => room.kinesis.putInto(tx, arn, whole));
};

test('puts a record under its key, or under its id', async () => {
  await refused(put(), 'TargetMissing');
  await room.made();
  await put();
  await put({ partitionKey: 'k' });
  const { Records } = await room.call('GetRecords', { ShardIterator: await room.iterator(0) });
  assert.deepEqual(
    Records.map(({ PartitionKey, Data }: { PartitionKey: string; Data: Buffer }) => [PartitionKey, Data.toString()]),
    [
      ['i', '{"a":1}'],
      ['k', '{"a":1}'],
    ],
  );
  const [event] = await room.store.read.events('kinesis.records', 0, 1, 1);
  assert.deepEqual([event!.id, event!.cause], ['i', 'c']);
});

test('a service needs the leave of the stream’s policy', async () => {
  await refused(put({ caller: service }), 'TargetRefused');
  const Condition = { ArnEquals: { 'aws:SourceArn': service.sourceArn } };
  const Principal = { Service: 'events.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'kinesis:PutRecord', Resource: STREAM_ARN, Condition }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await room.call('PutResourcePolicy', { ResourceARN: STREAM_ARN, Policy });
  await put({ caller: service });
  await refused(put({ caller: { ...service, sourceArn: `${service.sourceArn}x` } }), 'TargetRefused');
});

test('what can never be put, and what cannot now', async () => {
  await refused(put({ body: 'x'.repeat(2 ** 20) }), 'TargetInvalid');
  await refused(put({ partitionKey: 'k'.repeat(257) }), 'TargetInvalid');
  await refused(put({}, `${STREAM_ARN}/consumer/c:1`), 'TargetMissing');
  await refused(put({}, 'arn:aws:kinesis:us-east-1:000000000000:stream/other'), 'TargetMissing');
  await room.clock.advance(5000);
  for (let i = 0; i < 1000; i++) await put();
  await refused(put(), 'TargetBusy');
});
