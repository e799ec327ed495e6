import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { SNS } from '@aws-sdk/client-sns';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { SMTPServer } from 'smtp-server';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

interface Posted {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

let platform: Platform;
let sns: SNS;
let sqs: SQS;
const posts: Posted[] = [];
const mails: string[] = [];
const hook = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  posts.push({ path: request.url!, headers: request.headers, body });
  response.writeHead(request.url === '/broken' ? 400 : 200).end();
});
const mailServer = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  closeTimeout: 10,
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.once('end', () => {
      mails.push(text.replace(/=\r\n/g, '').replace(/=3D/g, '='));
      done();
    });
  },
});
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const hookUrl = (path: string) => `http://127.0.0.1:${portOf(hook)}${path}`;

before(async () => {
  hook.listen(0, '127.0.0.1');
  mailServer.listen(0, '127.0.0.1');
  await Promise.all([once(hook, 'listening'), once(mailServer.server, 'listening')]);
  const email = `[email]\nsmtp = "smtp://127.0.0.1:${portOf(mailServer.server)}"\nfrom = "no-reply@example.org"\n`;
  platform = await startPlatform({ config: PROCESS_DRIVER + email });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  sns = new SNS(config);
  sqs = new SQS(config);
});
after(async () => {
  await platform?.stop();
  hook.closeAllConnections();
  hook.close();
  mailServer.close();
});

const posted = (path: string, type: string) =>
  eventually(`${type} at ${path}`, async () =>
    posts.find((one) => one.path === path && one.headers['x-amz-sns-message-type'] === type),
  );

async function topic(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.createTopic({ Name, Attributes })).TopicArn!;
}

/** As a subscriber does it: the certificate from its URL, the members in the order of their names. */
async function isGenuine(text: string): Promise<boolean> {
  const message = JSON.parse(text);
  const certificate = new X509Certificate(await (await fetch(message.SigningCertURL)).text());
  const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const signed = names.map((name) => (message[name] === undefined ? '' : `${name}\n${message[name]}\n`)).join('');
  const hash = message.SignatureVersion === '2' ? 'sha256' : 'sha1';
  return verify(hash, Buffer.from(signed), certificate.publicKey, Buffer.from(message.Signature, 'base64'));
}

test('HTTP: confirmation, notification, end and return, by links alone, all of them signed', async () => {
  const TopicArn = await topic('hooks', { SignatureVersion: '2' });
  const pending = await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: hookUrl('/all') });
  assert.equal(pending.SubscriptionArn, 'pending confirmation');
  const asked = await posted('/all', 'SubscriptionConfirmation');
  assert.ok(await isGenuine(asked.body));
  assert.equal(asked.headers['content-type'], 'text/plain; charset=UTF-8');
  const confirmed = await fetch(JSON.parse(asked.body).SubscribeURL);
  assert.equal(confirmed.status, 200);
  assert.match(await confirmed.text(), /<SubscriptionArn>arn:aws:sns:us-east-1:000000000000:hooks:/);
  const { MessageId } = await sns.publish({ TopicArn, Message: 'Grüße', Subject: 'S' });
  const notified = await posted('/all', 'Notification');
  assert.equal(notified.headers['x-amz-sns-message-id'], MessageId);
  const { SignatureVersion, UnsubscribeURL, ...message } = JSON.parse(notified.body);
  assert.deepEqual([SignatureVersion, message.Message, message.Subject], ['2', 'Grüße', 'S']);
  assert.ok(await isGenuine(notified.body));
  assert.ok(!(await isGenuine(notified.body.replace('Grüße', 'other'))));
  assert.equal((await fetch(UnsubscribeURL)).status, 200);
  const ended = await posted('/all', 'UnsubscribeConfirmation');
  assert.ok(await isGenuine(ended.body));
  assert.equal((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions![0]!.SubscriptionArn, 'Deleted');
  assert.equal((await fetch(JSON.parse(ended.body).SubscribeURL)).status, 200);
  assert.equal((await sns.getTopicAttributes({ TopicArn })).Attributes!.SubscriptionsConfirmed, '1');
  const refusedLink = await fetch(`${platform.url}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=x`);
  assert.equal(refusedLink.status, 400);
  assert.match(await refusedLink.text(), /<Code>InvalidParameter<\/Code><Message>Invalid parameter: Token<\/Message>/);
});

test('links are opened by people; pages of others get nothing', async () => {
  const link = `${platform.url}/?Action=ConfirmSubscription&TopicArn=${await topic('visited')}&Token=x`;
  const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  assert.equal((await raw(link, visit)).status, 400);
  assert.equal((await raw(link, { ...visit, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' })).status, 403);
  assert.equal((await raw(link, { origin: 'https://evil.example' })).status, 403);
});

/** With headers that fetch would not send. */
async function raw(url: string, headers: http.OutgoingHttpHeaders): Promise<{ status: number }> {
  const request = http.get(url, { headers });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return { status: response.statusCode! };
}

async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
  const { QueueUrl } = await sqs.createQueue({ QueueName, Attributes });
  const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  const statement = { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.setQueueAttributes({ QueueUrl: QueueUrl!, Attributes: { Policy } });
  return { url: QueueUrl!, arn };
}

async function receive(QueueUrl: string, count: number) {
  const all: Message[] = [];
  while (all.length < count) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    if (Messages.length === 0) assert.fail(`${all.length} of ${count} messages came`);
    all.push(...Messages);
  }
  return all;
}

test('queues: filters, the envelope, and raw messages with their attributes', async () => {
  const TopicArn = await topic('fan');
  const [all, some] = await Promise.all([queue('fan-all'), queue('fan-some')]);
  const filter = { FilterPolicy: '{"kind":["order",{"prefix":"x-"}]}', RawMessageDelivery: 'true' };
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: all.arn });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: some.arn, Attributes: filter });
  const attribute = (StringValue: string) => ({ kind: { DataType: 'String', StringValue } });
  await sns.publishBatch({
    TopicArn,
    PublishBatchRequestEntries: ['order', 'other', 'x-1'].map((kind, index) => ({
      Id: `i${index}`,
      Message: kind,
      MessageAttributes: attribute(kind),
    })),
  });
  const raw_ = await receive(some.url, 2);
  assert.deepEqual(raw_.map(({ Body, MessageAttributes }) => [Body, MessageAttributes?.kind?.StringValue]).sort(), [
    ['order', 'order'],
    ['x-1', 'x-1'],
  ]);
  const bodies = (await receive(all.url, 3)).map(({ Body }) => Body!);
  assert.deepEqual(bodies.map((body) => JSON.parse(body).Message).sort(), ['order', 'other', 'x-1']);
  assert.ok(await isGenuine(bodies[0]!));
  assert.equal(JSON.parse(bodies[0]!).MessageAttributes.kind.Type, 'String');
});

test('FIFO: order within groups, duplicates once', async () => {
  const TopicArn = await topic('orders.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' });
  const { arn, url } = await queue('orders.fifo', { FifoQueue: 'true' });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: arn });
  const publish = (Message: string) => sns.publish({ TopicArn, Message, MessageGroupId: 'g' });
  const first = await publish('1');
  for (let index = 2; index <= 8; index++) await publish(String(index));
  assert.deepEqual((await publish('1')).SequenceNumber, first.SequenceNumber);
  const seen = (await receive(url, 8)).map(({ Body }) => JSON.parse(Body!));
  assert.deepEqual(
    seen.map(({ Message }) => Message),
    ['1', '2', '3', '4', '5', '6', '7', '8'],
  );
  assert.equal(seen[0].SequenceNumber, first.SequenceNumber);
});

test('what an endpoint refuses for good goes to the dead-letter queue', async () => {
  const TopicArn = await topic('dead');
  const { arn, url } = await queue('dead-letters');
  const { SubscriptionArn } = await sns.subscribe({
    TopicArn,
    Protocol: 'http',
    Endpoint: hookUrl('/broken'),
    ReturnSubscriptionArn: true,
    Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn }) },
  });
  const { Token } = JSON.parse((await posted('/broken', 'SubscriptionConfirmation')).body);
  assert.equal((await sns.confirmSubscription({ TopicArn, Token })).SubscriptionArn, SubscriptionArn);
  await sns.publish({ TopicArn, Message: 'lost' });
  const [letter] = await receive(url, 1);
  assert.equal(JSON.parse(letter!.Body!).Message, 'lost');
});

test('mail: the question with its link, then what is published', async () => {
  const TopicArn = await topic('alerts', { DisplayName: 'The Shop' });
  await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'somebody@example.org' });
  const question = await eventually('the question', async () => mails.find((mail) => mail.includes('ConfirmSubscription')));
  assert.match(question, /^From: The Shop <no-reply@example.org>\r$/m);
  assert.equal((await fetch(/http:\S+ConfirmSubscription\S+/.exec(question)![0])).status, 200);
  await sns.publish({ TopicArn, Message: 'It is too hot.', Subject: 'Heat' });
  const alert = await eventually('the alert', async () => mails.find((mail) => /^Subject: Heat\r$/m.test(mail)));
  assert.match(alert, /It is too hot\./);
  assert.match(alert, /Action=Unsubscribe/);
});

test('roles publish where their policies say, other accounts where the topic’s does', async () => {
  const [open, shut] = [await topic('open'), await topic('shut')];
  const { iam, sts } = sdk(platform.url);
  const Principal = { AWS: 'arn:aws:iam::000000000000:root' };
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
  const { Role } = await iam.createRole({ RoleName: 'publisher', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: open }] };
  await iam.putRolePolicy({ RoleName: 'publisher', PolicyName: 'p', PolicyDocument: JSON.stringify(PolicyDocument) });
  const { Credentials } = await sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'session' });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  const keys = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  const asRole = new SNS({ endpoint: platform.url, region: 'us-east-1', credentials: keys, maxAttempts: 1 });
  assert.ok((await asRole.publish({ TopicArn: open, Message: 'm' })).MessageId);
  const denied = /not authorized to perform: sns:Publish on resource: \S+:shut because no identity-based policy allows/;
  await refused(asRole.publish({ TopicArn: shut, Message: 'm' }), 'AuthorizationErrorException', denied, 403);
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'test' };
  const other = new SNS({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  await refused(other.publish({ TopicArn: shut, Message: 'm' }), 'AuthorizationErrorException', /resource-based policy/, 403);
  await sns.addPermission({ TopicArn: shut, Label: 'other', AWSAccountId: ['111111111111'], ActionName: ['Publish'] });
  assert.ok((await other.publish({ TopicArn: shut, Message: 'm' })).MessageId);
  await refused(other.deleteTopic({ TopicArn: shut }), 'AuthorizationErrorException');
});

test('refusals have SNS’s names and statuses', async () => {
  const TopicArn = await topic('errors');
  await refused(sns.publish({ TopicArn: `${TopicArn}x`, Message: 'm' }), 'NotFoundException', 'Topic does not exist', 404);
  await refused(sns.publish({ TopicArn, Message: '' }), 'InvalidParameterException', 'Invalid parameter: Empty message', 400);
  const MessageAttributes = { a: { DataType: 'String' } };
  await refused(sns.publish({ TopicArn, Message: 'm', MessageAttributes }), 'InvalidParameterValueException', /non-empty/, 400);
  const entries = [{ Id: 'a b', Message: 'm' }];
  await refused(sns.publishBatch({ TopicArn, PublishBatchRequestEntries: entries }), 'InvalidBatchEntryIdException');
  await refused(sns.listTagsForResource({ ResourceArn: `${TopicArn}x` }), 'ResourceNotFoundException', '', 404);
  await refused(sns.createTopic({ Name: 'k', Attributes: { KmsMasterKeyId: 'k' } }), 'NotImplemented', /KmsMasterKeyId/, 501);
  await refused(sns.subscribe({ TopicArn, Protocol: 'sms', Endpoint: '+1' }), 'NotImplemented', /sms/, 501);
});
