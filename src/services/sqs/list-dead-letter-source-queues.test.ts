import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('lists the queues whose redrive policy names this one, in pages', async () => {
  const dead = await room.create('dead');
  const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}';
  const urls = [];
  for (const name of ['s1', 's2', 's3']) urls.push(await room.create(name, { RedrivePolicy }));
  await room.create('other');
  assert.deepEqual(await room.call('ListDeadLetterSourceQueues', { QueueUrl: dead }), { queueUrls: urls });
  const first = await room.call('ListDeadLetterSourceQueues', { QueueUrl: dead, MaxResults: 2 });
  const rest = await room.call('ListDeadLetterSourceQueues', { QueueUrl: dead, MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual([...first.queueUrls, ...rest.queueUrls], urls);
});
