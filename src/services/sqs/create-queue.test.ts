import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const create = (QueueName: string, Attributes: Record<string, string> = {}, more: object = {}) =>
  room.call('CreateQueue', { QueueName, Attributes, ...more });

test('answers a URL with account and name, also for what is there with the same attributes', async () => {
  const { QueueUrl } = await create('one', { DelaySeconds: '5' }, { tags: { a: 'b' } });
  assert.equal(QueueUrl, 'http://127.0.0.1:4566/000000000000/one');
  assert.equal((await create('one', { DelaySeconds: '5' })).QueueUrl, QueueUrl);
  assert.equal((await create('one', {})).QueueUrl, QueueUrl);
  assert.equal((await create('one', { VisibilityTimeout: '30' })).QueueUrl, QueueUrl);
  assert.deepEqual((await room.call('ListQueueTags', { QueueUrl })).Tags, { a: 'b' });
  const { message } = await refused(create('one', { DelaySeconds: '6' }), 'QueueNameExists');
  assert.equal(message, 'A queue already exists with the same name and a different value for attribute DelaySeconds');
});

test('accounts and regions have their own', async () => {
  await create('apart', { DelaySeconds: '5' });
  const other = { account: '111111111111', region: 'eu-west-1' };
  const made = await room.call('CreateQueue', { QueueName: 'apart' }, other);
  assert.equal(made.QueueUrl, 'http://127.0.0.1:4566/111111111111/apart');
  assert.equal((await room.call('ListQueues', {}, other)).QueueUrls.length, 1);
  await refused(room.call('GetQueueUrl', { QueueName: 'apart' }, { region: 'eu-west-1' }), 'QueueDoesNotExist');
});

test('names follow their kind', async () => {
  for (const name of ['', 'a b', 'x'.repeat(81), 'q.fifo', 'a.b']) await refused(create(name), 'InvalidParameterValueException');
  for (const name of ['q', 'q.fifo.x', `${'x'.repeat(76)}.fifo`])
    await refused(create(name, { FifoQueue: 'true' }), 'InvalidParameterValueException');
  await create(`${'x'.repeat(75)}.fifo`, { FifoQueue: 'true' });
  await create('A-z_0');
});

test('refuses attributes that are none, out of range, or would not be enforced', async () => {
  const told = async (attributes: Record<string, string>, code: string, text?: string) => {
    const { message } = await refused(create('bad', attributes), code);
    if (text !== undefined) assert.equal(message, text);
  };
  await told({ Nonsense: '1' }, 'InvalidAttributeName', 'Unknown Attribute Nonsense.');
  await told({ FifoQueue: 'false' }, 'InvalidAttributeName', 'Unknown Attribute FifoQueue.');
  await told({ ContentBasedDeduplication: 'true' }, 'InvalidAttributeName', 'Unknown Attribute ContentBasedDeduplication.');
  await told(
    { DeduplicationScope: 'queue' },
    'InvalidAttributeName',
    'You can specify the DeduplicationScope only when FifoQueue is set to true.',
  );
  for (const [name, values] of Object.entries({
    DelaySeconds: ['-1', '901', 'x', '', '1.5'],
    MaximumMessageSize: ['1023', '1048577'],
    MessageRetentionPeriod: ['59', '1209601'],
    ReceiveMessageWaitTimeSeconds: ['21'],
    VisibilityTimeout: ['43201'],
    SqsManagedSseEnabled: ['yes'],
  }))
    for (const value of values)
      await told({ [name]: value }, 'InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
  await told({ KmsMasterKeyId: 'alias/aws/sqs' }, 'UnsupportedOperation', 'KmsMasterKeyId is not implemented by dalamb');
  await told(
    { SqsManagedSseEnabled: 'true' },
    'UnsupportedOperation',
    'SqsManagedSseEnabled (messages are as safe as the disk they are on) is not implemented by dalamb',
  );
  await told({ Policy: '{' }, 'InvalidAttributeValue');
  await told({ Policy: '{"Statement":[{"Effect":"Allow"}]}' }, 'InvalidAttributeValue');
  await refused(room.call('GetQueueUrl', { QueueName: 'bad' }), 'QueueDoesNotExist');
  await create('fine', { KmsMasterKeyId: '', KmsDataKeyReusePeriodSeconds: '300', SqsManagedSseEnabled: 'false' });
});

test('a redrive policy names a queue of the same kind that allows it', async () => {
  await create('dead');
  await create('dead.fifo', { FifoQueue: 'true' });
  await create('closed', {
    RedriveAllowPolicy: '{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:friend"]}',
  });
  const policy = (name: string, maxReceiveCount: unknown = 3) =>
    JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`, maxReceiveCount });
  const told = async (text: string, reason: string) => {
    const { message } = await refused(create('source', { RedrivePolicy: text }), 'InvalidParameterValueException');
    assert.equal(message, `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  };
  await told('{', 'Redrive policy is not a valid JSON map.');
  await told('{"maxReceiveCount":1}', 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  await told(policy('dead', 0), 'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.');
  await told(policy('none'), 'Dead letter target does not exist.');
  await told(policy('dead.fifo'), 'Dead-letter queue must be same type of queue as the source.');
  await refused(create('source', { RedrivePolicy: policy('closed') }), 'InvalidParameterValueException');
  await create('friend', { RedrivePolicy: policy('closed') });
  await create('source', { RedrivePolicy: policy('dead', '5') });
  const { Attributes } = await room.call('GetQueueAttributes', {
    QueueUrl: 'http://h/000000000000/source',
    AttributeNames: ['RedrivePolicy'],
  });
  assert.deepEqual(JSON.parse(Attributes.RedrivePolicy), JSON.parse(policy('dead', 5)));
});

test('a redrive allow policy is one', async () => {
  for (const text of [
    '[]',
    '{"redrivePermission":"some"}',
    '{"redrivePermission":"byQueue"}',
    '{"redrivePermission":"denyAll","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:q"]}',
    '{"redrivePermission":"byQueue","sourceQueueArns":["q"]}',
    JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: Array(11).fill('arn:aws:sqs:us-east-1:000000000000:q') }),
  ])
    await refused(create('allow', { RedriveAllowPolicy: text }), 'InvalidParameterValueException');
});
