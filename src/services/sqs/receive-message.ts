import type { MessageAttributeValue, ReceiveMessageCommandInput, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import type { Operation, OperationContext } from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { md5OfAttributes } from './digests.ts';
import { findQueue } from './find-queue.ts';
import { receiveWithinLimit } from './in-flight.ts';
import type { LetterAttribute, Taken } from './message.ts';
import { type Queue, queueArn } from './queue.ts';
import { expectNext } from './receive.ts';
import { invalidValue, overLimit, unknownAttribute } from './refusals.ts';
import { systemAttributes } from './system-attributes.ts';
import { readVisibility } from './visibility.ts';

/**
 * ReceiveMessage. With a wait it is answered as soon as there is a message; the wait ends with its time, with the client, and with the
 * queue. Throws QueueDoesNotExist, InvalidParameterValue; without a wait OverLimit 403 when 120,000 messages of a standard queue are in flight.
 */
export function receiveMessage(deps: SqsDeps): Operation<ReceiveMessageCommandInput, ReceiveMessageResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const asked = readAsked(input, queue);
    const waitMs = waitOf(input.WaitTimeSeconds, queue);
    const until = deps.clock.monotonic() + waitMs;
    const waits = waitMs > 0;
    const taken = waits ? await waitFor(deps, { input, context, asked, until }) : await receiveWithinLimit(deps, queue, asked);
    if (!taken && !queue.fifo) throw overLimit();
    deps.metrics.received(queue, taken?.length ?? 0);
    if (!taken || taken.length === 0) return {};
    const names = systemNames(input);
    const wanted = attributeFilter(input.MessageAttributeNames ?? []);
    return { Messages: taken.map((message) => shown(message, names, wanted)) };
  };
}

type Asked = ReturnType<typeof readAsked>;

interface Wait {
  readonly input: ReceiveMessageCommandInput;
  readonly context: OperationContext;
  readonly asked: Asked;
  /** Monotonic ms. */
  readonly until: number;
}

/** Listens first and looks then, so that nothing arrives unheard in between. */
async function waitFor(deps: SqsDeps, { input, context, asked, until }: Wait): Promise<readonly Taken[]> {
  const { signal } = context;
  const first = await findQueue(deps.store.read, input.QueueUrl, context);
  const listener = deps.bells.listen(queueArn(first));
  try {
    for (let queue = first; ; queue = await findQueue(deps.store.read, input.QueueUrl, context)) {
      const taken = await receiveWithinLimit(deps, queue, asked);
      if (taken && taken.length > 0) return taken;
      await expectNext(deps, queue);
      if (!(await listener.next(until, signal))) return [];
    }
  } finally {
    listener.close();
  }
}

function readAsked(input: ReceiveMessageCommandInput, queue: Queue) {
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout, ReceiveRequestAttemptId: attemptId } = input;
  if (!Number.isInteger(max) || max < 1 || max > 10)
    throw invalidValue(max, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
  if (attemptId !== undefined && !queue.fifo)
    throw invalidValue(
      attemptId,
      'ReceiveRequestAttemptId',
      'The request include parameter that is not valid for this queue type.',
    );
  const visibilityMs = VisibilityTimeout === undefined ? queue.settings.visibilityMs : readVisibility(VisibilityTimeout);
  return { max, visibilityMs, ...(attemptId === undefined ? {} : { attemptId }) };
}

function waitOf(seconds: number | undefined, { settings }: Queue): number {
  if (seconds === undefined) return settings.waitMs;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 20)
    throw invalidValue(seconds, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.');
  return seconds * 1000;
}

const SYSTEM_NAMES = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
];

/** The system attributes asked for, by the new member or the old one. */
function systemNames(input: ReceiveMessageCommandInput): readonly string[] {
  const asked: readonly string[] = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
  if (asked.length === 0) return asked;
  const unknown = asked.find((name) => name !== 'All' && !SYSTEM_NAMES.includes(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  return asked.includes('All') ? SYSTEM_NAMES : asked;
}

type Wanted = (name: string) => boolean;

/** Names may end in `.*`; `All` and `.*` mean all. */
function attributeFilter(names: readonly string[]): Wanted | undefined {
  if (names.length === 0) return undefined;
  if (names.includes('All') || names.includes('.*')) return () => true;
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return (name) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

function shown(message: Taken, names: readonly string[], wanted: Wanted | undefined) {
  const { body } = message;
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(),
    ...(names.length === 0 ? {} : { Attributes: pick(systemAttributes(message), names) }),
    ...(wanted && message.attributes ? shownAttributes(message.attributes, wanted) : {}),
  };
}

function pick(all: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]!]));
}

/** The digest covers what is shown, so that clients can check it. */
function shownAttributes(all: Readonly<Record<string, LetterAttribute>>, wanted: Wanted) {
  const some = Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
  const digest = md5OfAttributes(some);
  if (digest === undefined) return {};
  const attributes = Object.entries(some).map(([name, attribute]) => [name, attributeValue(attribute)]);
  return {
    MessageAttributes: Object.fromEntries(attributes) as Record<string, MessageAttributeValue>,
    MD5OfMessageAttributes: digest,
  };
}

function attributeValue({ type, value }: LetterAttribute): MessageAttributeValue {
  if (type.startsWith('Binary')) return { DataType: type, BinaryValue: Buffer.from(value, 'base64') };
  return { DataType: type, StringValue: value };
}
