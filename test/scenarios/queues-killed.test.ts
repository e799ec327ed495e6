import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SQS } from '@aws-sdk/client-sqs';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

const KILLS = 3;
const GROUPS = 6;
const directory = temporaryDirectory();
after(() => removeDirectory(directory));

const start = () => startPlatform({ config: PROCESS_DRIVER, directory });
const clientOf = ({ url }: Platform) => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new SQS({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
};
const urlOf = ({ url }: Platform, name: string) => `${url}/000000000000/${name}`;
const NAMES = ['plain', 'order.fifo'] as const;

/** What clients were told: sent, and deleted. A call that was cut off may have done either. */
class Told {
  readonly sent: string[] = [];
  readonly asked: string[] = [];
  readonly deleted = new Set<string>();
  readonly deleting = new Set<string>();
}

/** Sends one message after the other to each queue until the platform dies. */
async function sendOn(platform: Platform, sender: string, told: Told): Promise<void> {
  const sqs = clientOf(platform);
  for (let i = 0; ; i++) {
    for (const name of NAMES) {
      const MessageBody = `${name} ${sender} ${String(i).padStart(6, '0')}`;
      told.asked.push(MessageBody);
      const fifo = name.endsWith('.fifo') ? { MessageGroupId: sender, MessageDeduplicationId: `${sender}-${i}` } : {};
      await sqs.sendMessage({ QueueUrl: urlOf(platform, name), MessageBody, ...fifo });
      told.sent.push(MessageBody);
    }
  }
}

async function consumeOn(platform: Platform, told: Told): Promise<void> {
  const sqs = clientOf(platform);
  for (;;) {
    for (const name of NAMES) {
      const QueueUrl = urlOf(platform, name);
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 3, VisibilityTimeout: 1 });
      for (const { Body, ReceiptHandle } of Messages) {
        assert.ok(!told.deleted.has(Body!), `${Body} came back after its deletion`);
        told.deleting.add(Body!);
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle: ReceiptHandle! });
        told.deleted.add(Body!);
      }
    }
  }
}

/** All that is left, in the order in which it is received. */
async function drained(platform: Platform, name: string): Promise<string[]> {
  const sqs = clientOf(platform);
  const QueueUrl = urlOf(platform, name);
  const left: string[] = [];
  for (;;) {
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 });
    if (!Messages) return left;
    left.push(...Messages.map(({ Body }) => Body!));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle: ReceiptHandle! }));
    await sqs.deleteMessageBatch({ QueueUrl, Entries });
  }
}

async function count(platform: Platform, name: string): Promise<number> {
  const names = ['', 'NotVisible', 'Delayed'].map((part) => `ApproximateNumberOfMessages${part}` as const);
  const asked = { QueueUrl: urlOf(platform, name), AttributeNames: names as never };
  const { Attributes } = await clientOf(platform).getQueueAttributes(asked);
  return names.reduce((sum, one) => sum + Number(Attributes![one as 'QueueArn']), 0);
}

test('killed at any moment, queues lose nothing acknowledged, bring nothing back, and keep the order of groups', {
  timeout: 120_000,
}, async () => {
  const told = new Told();
  let platform = await start();
  await clientOf(platform).createQueue({ QueueName: 'plain' });
  await clientOf(platform).createQueue({ QueueName: 'order.fifo', Attributes: { FifoQueue: 'true' } });
  for (let round = 0; round < KILLS; round++) {
    const enough = told.sent.length + 50 + Math.floor(Math.random() * 200);
    const senders = Array.from({ length: GROUPS }, (_, i) => sendOn(platform, `r${round}-${i}`, told));
    const ended = Promise.allSettled([...senders, consumeOn(platform, told)]);
    while (told.sent.length < enough) await new Promise((resolve) => setTimeout(resolve, 2));
    await platform.kill();
    for (const { reason } of (await ended) as PromiseRejectedResult[])
      assert.ok(!(reason instanceof assert.AssertionError), reason);
    platform = await start();
  }
  for (const name of NAMES) {
    const counted = await count(platform, name);
    const left = await drained(platform, name);
    assert.equal(left.length, counted);
    assert.equal(new Set(left).size, left.length);
    for (const body of left) assert.ok(told.asked.includes(body) && !told.deleted.has(body), body);
    const mayBeGone = new Set([...told.deleting, ...left]);
    for (const body of told.sent) if (body.startsWith(name)) assert.ok(mayBeGone.has(body), `${body} was lost`);
    if (name === 'plain') continue;
    for (const group of new Set(left.map((body) => body.split(' ')[1]))) {
      const mine = left.filter((body) => body.split(' ')[1] === group);
      assert.deepEqual(mine, [...mine].sort());
    }
  }
  assert.equal(await platform.stop(), 0);
});
