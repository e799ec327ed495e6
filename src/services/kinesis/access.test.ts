import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { contextOf, refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
  await room.made();
});
after(() => room.close());

const asked = async (operation: string, input: Record<string, unknown>) => {
  const requests = await room.kinesis.access(operation, input, contextOf({ now: room.clock.now() }));
  assert.equal(requests.length, 1);
  return requests[0]!;
};
const OTHER = 'arn:aws:kinesis:eu-west-1:111111111111:stream/o';
const CONSUMER = `${STREAM_ARN}/consumer/c:1`;

test('each operation asks for its own action on what it names', async () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['PutRecord', { StreamName: 's' }, STREAM_ARN],
    ['PutRecords', { StreamARN: OTHER }, OTHER],
    ['GetRecords', { ShardIterator: await room.iterator(0) }, STREAM_ARN],
    ['ListStreams', {}, '*'],
    ['DescribeLimits', {}, '*'],
    ['CreateStream', { StreamName: 'new' }, STREAM_ARN.replace(/s$/, 'new')],
    ['RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' }, STREAM_ARN],
    ['SubscribeToShard', { ConsumerARN: CONSUMER }, CONSUMER],
    ['DescribeStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' }, `${STREAM_ARN}/consumer/c:*`],
    ['TagResource', { ResourceARN: CONSUMER, Tags: {} }, CONSUMER],
    ['TagResource', { ResourceARN: STREAM_ARN, Tags: {} }, STREAM_ARN],
  ];
  for (const [operation, input, resource] of cases) {
    const request = await asked(operation, input);
    assert.deepEqual([request.action, request.resource, request.resourcePolicy], [`kinesis:${operation}`, resource, undefined]);
  }
  await refused(asked('GetRecords', { ShardIterator: 'x' }), 'InvalidArgumentException');
  await room.call('CreateStream', { StreamName: 'two', ShardCount: 2 });
  const { NextToken } = await room.call('ListShards', { StreamName: 'two', MaxResults: 1 });
  assert.equal((await asked('ListShards', { NextToken })).resource, STREAM_ARN.replace(/s$/, 'two'));
});

test('tags of the request are conditions, and resource policies count', async () => {
  assert.deepEqual((await asked('AddTagsToStream', { StreamName: 's', Tags: { Team: 'x' } })).context, {
    'aws:tagkeys': ['Team'],
    'aws:requesttag/team': 'x',
  });
  assert.deepEqual((await asked('RemoveTagsFromStream', { StreamName: 's', TagKeys: ['Team'] })).context, {
    'aws:tagkeys': ['Team'],
  });
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kinesis:*', Resource: '*' }],
  };
  await room.call('PutResourcePolicy', { ResourceARN: STREAM_ARN, Policy: JSON.stringify(policy) });
  const request = await asked('PutRecord', { StreamName: 's' });
  assert.deepEqual(request.resourcePolicy, policy);
  assert.equal((await asked('PutRecord', { StreamName: 's' })).resourcePolicy, request.resourcePolicy, 'parsed once');
});
