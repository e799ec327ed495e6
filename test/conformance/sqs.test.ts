import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SQS } from '@aws-sdk/client-sqs';
import { type Platform, startPlatform } from '../support/platform.ts';
import { raw } from '../support/raw.ts';
import { PROCESS_DRIVER, refused } from '../support/sdk.ts';

let platform: Platform;
let sqs: SQS;
let neighbour: SQS;
const clientOf = (accessKeyId: string) =>
  new SQS({
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'test' },
    maxAttempts: 1,
  });

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  sqs = clientOf('test');
  neighbour = clientOf('111111111111');
});
after(async () => {
  sqs?.destroy();
  neighbour?.destroy();
  await platform?.stop();
});

const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await sqs.createQueue({ QueueName, Attributes })).QueueUrl!;
const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

test('a message goes round, its digests checked by the SDK', async () => {
  const QueueUrl = await create('round');
  assert.equal(QueueUrl, `${platform.url}/000000000000/round`);
  const MessageAttributes = {
    s: { DataType: 'String', StringValue: 'ü' },
    n: { DataType: 'Number.int', StringValue: '7' },
    b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
  };
  const body = 'x'.repeat(500_000);
  const sent = await sqs.sendMessage({ QueueUrl, MessageBody: body, MessageAttributes });
  const all = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
  const { Messages: [message] = [] } = await sqs.receiveMessage({ QueueUrl, ...all });
  assert.equal(message!.MessageId, sent.MessageId);
  assert.equal(message!.Body, body);
  assert.deepEqual({ ...message!.MessageAttributes!.b!.BinaryValue }, { 0: 1, 1: 2, 2: 255 });
  assert.equal(message!.Attributes!.ApproximateReceiveCount, '1');
  await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: message!.ReceiptHandle!, VisibilityTimeout: 5 });
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message!.ReceiptHandle! });
  assert.equal((await sqs.receiveMessage({ QueueUrl })).Messages, undefined);
});

test('batches and FIFO order', async () => {
  const QueueUrl = await create('order.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id, MessageGroupId: 'g' }));
  const sent = await sqs.sendMessageBatch({ QueueUrl, Entries: [...Entries, { Id: 'd', MessageBody: 'd' }] });
  assert.deepEqual(
    sent.Successful!.map(({ Id }) => Id),
    ['a', 'b', 'c'],
  );
  assert.deepEqual([sent.Failed![0]!.Id, sent.Failed![0]!.Code], ['d', 'MissingParameter']);
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  assert.deepEqual(
    Messages.map(({ Body }) => Body),
    ['a', 'b', 'c'],
  );
  const gone = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle: ReceiptHandle! }));
  assert.equal((await sqs.deleteMessageBatch({ QueueUrl, Entries: gone })).Successful!.length, 3);
});

test('a long poll ends when a message comes, and with its client', async () => {
  const QueueUrl = await create('poll');
  const waiting = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
  const client = new AbortController();
  const left = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }, { abortSignal: client.signal });
  setTimeout(() => client.abort(), 50);
  await assert.rejects(left, { name: 'AbortError' });
  await sqs.sendMessage({ QueueUrl, MessageBody: 'now' });
  assert.equal((await waiting).Messages![0]!.Body, 'now');
});

test('errors have the names, codes and texts that clients know', async () => {
  const QueueUrl = await create('errors');
  const gone = `${platform.url}/000000000000/gone`;
  const missing = 'The specified queue does not exist.';
  await refused(sqs.sendMessage({ QueueUrl: gone, MessageBody: 'm' }), 'QueueDoesNotExist', missing, 400);
  await refused(sqs.getQueueUrl({ QueueName: 'gone' }), 'QueueDoesNotExist', missing);
  await refused(
    sqs.createQueue({ QueueName: 'errors', Attributes: { DelaySeconds: '9' } }),
    'QueueNameExists',
    'A queue already exists with the same name and a different value for attribute DelaySeconds',
  );
  const garbage = sqs.deleteMessage({ QueueUrl, ReceiptHandle: 'garbage' });
  await refused(garbage, 'ReceiptHandleIsInvalid', 'The input receipt handle "garbage" is not a valid receipt handle.', 404);
  await refused(
    sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['X' as never] }),
    'InvalidAttributeName',
    'Unknown Attribute X.',
  );
  await refused(
    sqs.sendMessage({ QueueUrl } as never),
    'MissingParameter',
    'The request must contain the parameter MessageBody.',
  );
  const many = await refused(
    sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 11 }),
    'InvalidParameterValue',
    'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    400,
  );
  assert.equal((many as { Code?: string }).Code, 'InvalidParameterValue');
  await refused(sqs.sendMessageBatch({ QueueUrl, Entries: [] }), 'EmptyBatchRequest');
});

test('another account needs the policy of the queue, and never may delete it', async () => {
  const QueueUrl = await create('shared');
  const denied = await refused(neighbour.sendMessage({ QueueUrl, MessageBody: 'm' }), 'AccessDenied');
  assert.match(denied.message, /is not authorized to perform: sqs:sendmessage|sqs:SendMessage/);
  await sqs.addPermission({ QueueUrl, Label: 'l', AWSAccountIds: ['111111111111'], Actions: ['SendMessage'] });
  await neighbour.sendMessage({ QueueUrl, MessageBody: 'from next door' });
  await refused(neighbour.receiveMessage({ QueueUrl }), 'AccessDenied');
  await refused(neighbour.deleteQueue({ QueueUrl }), 'AccessDenied');
  const { Messages } = await sqs.receiveMessage({ QueueUrl, MessageSystemAttributeNames: ['SenderId'] });
  assert.equal(Messages![0]!.Attributes!.SenderId, '111111111111');
});

test('dead letters go back by a move task', async () => {
  const dead = await create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 });
  const source = await create('source', { VisibilityTimeout: '0', RedrivePolicy });
  await sqs.sendMessage({ QueueUrl: source, MessageBody: 'm' });
  assert.equal((await sqs.receiveMessage({ QueueUrl: source })).Messages!.length, 1);
  assert.equal((await sqs.receiveMessage({ QueueUrl: source })).Messages, undefined);
  assert.deepEqual((await sqs.listDeadLetterSourceQueues({ QueueUrl: dead })).queueUrls, [source]);
  await sqs.startMessageMoveTask({ SourceArn: arn('dead') });
  const { Messages } = await sqs.receiveMessage({ QueueUrl: source, WaitTimeSeconds: 20 });
  assert.equal(Messages![0]!.Body, 'm');
  const { Results } = await sqs.listMessageMoveTasks({ SourceArn: arn('dead') });
  assert.deepEqual([Results!.length, Results![0]!.ApproximateNumberOfMessagesMoved], [1, 1]);
});

const form = (path: string, parameters: Record<string, string>) =>
  raw(platform.url, {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      'x-amz-date': '20260101T000000Z',
    },
    body: new URLSearchParams({ Version: '2012-11-05', ...parameters }).toString(),
  });

test('the query protocol, at the path of the queue', async () => {
  const made = await form('/', {
    Action: 'CreateQueue',
    QueueName: 'query',
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '7',
    'Tag.1.Key': 'k',
    'Tag.1.Value': 'v',
  });
  assert.match(
    made.text,
    new RegExp(`<CreateQueueResult><QueueUrl>${platform.url}/000000000000/query</QueueUrl></CreateQueueResult>`),
  );
  const path = '/000000000000/query';
  const sent = await form(path, {
    Action: 'SendMessage',
    MessageBody: 'a & <b>',
    'MessageAttribute.1.Name': 'n',
    'MessageAttribute.1.Value.DataType': 'Binary',
    'MessageAttribute.1.Value.BinaryValue': 'AP8=',
  });
  assert.match(sent.text, /<SendMessageResult>.*<MD5OfMessageBody>[0-9a-f]{32}<\/MD5OfMessageBody>/);
  const got = await form(path, {
    Action: 'ReceiveMessage',
    'AttributeName.1': 'All',
    'MessageAttributeName.1': 'All',
    MaxNumberOfMessages: '10',
  });
  assert.equal(got.headers['content-type'], 'text/xml');
  assert.match(got.text, /<Body>a &amp; &lt;b&gt;<\/Body>/);
  assert.match(got.text, /<Attribute><Name>ApproximateReceiveCount<\/Name><Value>1<\/Value><\/Attribute>/);
  assert.match(got.text, /<MessageAttribute><Name>n<\/Name><Value>.*<BinaryValue>AP8=<\/BinaryValue>/);
  const attributes = await form(path, { Action: 'GetQueueAttributes', 'AttributeName.1': 'VisibilityTimeout' });
  assert.match(attributes.text, /<Attribute><Name>VisibilityTimeout<\/Name><Value>7<\/Value><\/Attribute>/);
  const handle = /<ReceiptHandle>(.*?)<\/ReceiptHandle>/.exec(got.text)![1]!;
  assert.match(
    (await form(path, { Action: 'DeleteMessage', ReceiptHandle: handle })).text,
    /^<DeleteMessageResponse xmlns="http:\/\/queue/,
  );
  const gone = await form('/000000000000/gone', { Action: 'PurgeQueue' });
  assert.equal(gone.status, 400);
  assert.match(
    gone.text,
    /<Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code><Message>The specified queue does not exist for this wsdl version\.<\/Message>/,
  );
});

test('a stop answers those who wait, with nothing', async () => {
  const QueueUrl = await create('stops');
  const waiting = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
  await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 1 });
  const stopped = platform.stop();
  assert.equal((await waiting).Messages, undefined);
  assert.equal(await stopped, 0);
});
