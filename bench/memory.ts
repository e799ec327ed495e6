import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, atATime } from './calls.ts';
import { createQueue } from './event-sources.ts';
import { type Figure, figure } from './figures.ts';
import { familyOf, pssBytes } from './measure.ts';
import { type Bench, FIRST_UID, withBench } from './platform.ts';
import { jsonCall } from './signed.ts';

/** Long enough for what was left to be collected by an idle V8. */
const SETTLE_MS = 5000;
const AT_A_TIME = 8;

/**
 * Memory of keeper and server after a fifth of the events, and after all: each is put on a bus, matched by a rule, delivered to a queue,
 * received and deleted. What grows with each event would show in the difference. Events of about 300 bytes, ten a call.
 */
export function benchMemory(quick: boolean, events: number): Promise<Figure[]> {
  const count = quick ? Math.min(events, 5000) : events;
  return withBench({ ready: 0 }, async (bench) => {
    const QueueUrl = await connect(bench);
    const first = count / 5;
    await flow(bench, QueueUrl, first);
    const before = await settled(bench);
    const began = performance.now();
    await flow(bench, QueueUrl, count - first);
    const seconds = (performance.now() - began) / 1000;
    const after = await settled(bench);
    const of = (many: number) => many.toLocaleString('en-US');
    const yardstick = { name: `after ${of(first)}`, value: before / 2 ** 20 };
    return [
      figure(`memory after ${of(count)} events: keeper and server`, after / 2 ** 20, 'MiB', { yardstick }),
      figure('memory that was kept of each event', (after - before) / (count - first), 'bytes'),
      figure('bus → rule → queue → received and deleted', (count - first) / seconds, '/s'),
    ];
  });
}

/** Resolves to the URL of a queue that gets the events of a rule. */
async function connect(bench: Bench): Promise<string> {
  const { url: QueueUrl, arn: Arn } = await createQueue(bench, 'memory');
  const EventPattern = JSON.stringify({ source: ['bench'] });
  const { RuleArn } = await answerOf<{ RuleArn: string }>(bench, jsonCall('events', 'PutRule', { Name: 'memory', EventPattern }));
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: Arn,
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await answerOf(bench, jsonCall('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } }));
  await answerOf(bench, jsonCall('events', 'PutTargets', { Rule: 'memory', Targets: [{ Id: 'queue', Arn }] }));
  return QueueUrl;
}

/** Resolves when so many more events have gone all the way. */
async function flow(bench: Bench, QueueUrl: string, count: number): Promise<void> {
  const Detail = JSON.stringify({ total: 500, state: 'running', user: { id: 'u-1' } });
  const Entries = Array.from({ length: 10 }, () => ({ Source: 'bench', DetailType: 'memory', Detail }));
  let deleted = 0;
  let began = performance.now();
  const remove = async () => {
    while (deleted < count) {
      const found = await received(bench, QueueUrl);
      deleted += found;
      if (found > 0) began = performance.now();
      else if (performance.now() - began > 60_000) throw new TypeError(`only ${deleted} of ${count} events arrived`);
    }
  };
  const put = atATime(AT_A_TIME, count / 10, () => answerOf(bench, jsonCall('events', 'PutEvents', { Entries })));
  await Promise.all([put, ...Array.from({ length: AT_A_TIME }, remove)]);
}

interface Received {
  readonly Messages?: readonly { readonly MessageId: string; readonly ReceiptHandle: string }[];
}

/** Deletes what it receives; resolves to how many. */
async function received(bench: Bench, QueueUrl: string): Promise<number> {
  const receive = jsonCall('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
  const { Messages = [] } = await answerOf<Received>(bench, receive);
  if (Messages.length === 0) return 0;
  const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
  await answerOf(bench, jsonCall('sqs', 'DeleteMessageBatch', { QueueUrl, Entries }));
  return Messages.length;
}

async function settled({ platform }: Bench): Promise<number> {
  await sleep(SETTLE_MS);
  return pssBytes(familyOf(platform.pid, FIRST_UID));
}
