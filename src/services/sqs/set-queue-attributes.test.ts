import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const set = (url: string, Attributes: Record<string, string>) => room.call('SetQueueAttributes', { QueueUrl: url, Attributes });
const get = async (url: string) => (await room.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] })).Attributes;

test('holds for the next call, and says when', async () => {
  const url = await room.create('now');
  await room.call('SendMessage', { QueueUrl: url, MessageBody: 'm' });
  await room.clock.advance(5000);
  await set(url, { VisibilityTimeout: '0', DelaySeconds: '7' });
  const { CreatedTimestamp, LastModifiedTimestamp, DelaySeconds } = await get(url);
  assert.deepEqual([Number(LastModifiedTimestamp) - Number(CreatedTimestamp), DelaySeconds], [5, '7']);
  for (let i = 0; i < 2; i++) assert.equal((await room.receive(url)).length, 1);
});

test('an empty policy removes it', async () => {
  await room.create('dead');
  const url = await room.create('policies');
  const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}';
  const Policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}';
  const RedriveAllowPolicy = '{"redrivePermission":"allowAll"}';
  await set(url, { RedrivePolicy, Policy, RedriveAllowPolicy });
  const { RedrivePolicy: redrive, Policy: policy, RedriveAllowPolicy: allow } = await get(url);
  assert.deepEqual([redrive, policy, allow], [RedrivePolicy, Policy, RedriveAllowPolicy]);
  await set(url, { RedrivePolicy: '', Policy: '', RedriveAllowPolicy: '' });
  assert.deepEqual(
    Object.keys(await get(url)).filter((name) => name.includes('Policy')),
    [],
  );
  assert.equal((await room.call('ListDeadLetterSourceQueues', { QueueUrl: 'http://h/000000000000/dead' })).queueUrls.length, 0);
});

test('the kind of a queue stays, and high throughput asks for its scope', async () => {
  const url = await room.create('kind.fifo');
  await set(url, { FifoQueue: 'true' });
  const { message } = await refused(set(url, { FifoQueue: 'false' }), 'InvalidAttributeValue');
  assert.equal(message, 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.');
  await refused(set(url, { FifoThroughputLimit: 'perMessageGroupId' }), 'InvalidAttributeValue');
  await set(url, { FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' });
  await refused(set('http://h/000000000000/none', {}), 'QueueDoesNotExist');
});

test('no queue is its own dead-letter queue', async () => {
  const url = await room.create('self');
  const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:self","maxReceiveCount":1}';
  const { message } = await refused(set(url, { RedrivePolicy }), 'InvalidParameterValueException');
  assert.match(message, /Dead letter target must not be the source queue itself\.$/);
});
