import type { GetQueueAttributesCommandInput, GetQueueAttributesResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { type Backlog, backlogOf } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { type Queue, queueArn } from './queue.ts';
import { defaultAttributes, heldAttributes } from './queue-attributes.ts';
import { showRedrivePolicy } from './redrive-policies.ts';
import { unknownAttribute } from './refusals.ts';

const BACKLOG: Readonly<Record<string, keyof Backlog>> = {
  ApproximateNumberOfMessages: 'visible',
  ApproximateNumberOfMessagesNotVisible: 'inFlight',
  ApproximateNumberOfMessagesDelayed: 'delayed',
};

const OTHERS = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
];
const KNOWN = new Set([...Object.keys(defaultAttributes(true)), ...Object.keys(BACKLOG), ...OTHERS]);

/** GetQueueAttributes: those asked for that the queue has; none are asked for, none are answered. Throws InvalidAttributeName. */
export function getQueueAttributes(deps: SqsDeps): Operation<GetQueueAttributesCommandInput, GetQueueAttributesResult> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const names: readonly string[] = input.AttributeNames ?? [];
    const unknown = names.find((name) => name !== 'All' && !KNOWN.has(name));
    if (unknown !== undefined) throw unknownAttribute(unknown);
    if (names.length === 0) return {};
    const all = names.includes('All');
    const counted = all || names.some((name) => Object.hasOwn(BACKLOG, name));
    const backlog = counted ? await backlogOf(deps.store.read, queue, deps.clock.now()) : undefined;
    const has = { ...attributesOf(queue), ...(backlog ? backlogAttributes(backlog) : {}) };
    const wanted = Object.entries(has).filter(([name]) => all || names.includes(name));
    return { Attributes: Object.fromEntries(wanted) };
  };
}

function attributesOf(queue: Queue): Record<string, string> {
  const { attributes, settings } = queue;
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  return {
    ...heldAttributes(queue),
    ...(settings.redrive ? { RedrivePolicy: showRedrivePolicy(attributes.RedrivePolicy!, settings.redrive) } : {}),
    QueueArn: queueArn(queue),
    CreatedTimestamp: seconds(queue.createdAt),
    LastModifiedTimestamp: seconds(queue.modifiedAt),
  };
}

function backlogAttributes(backlog: Backlog): Record<string, string> {
  return Object.fromEntries(Object.entries(BACKLOG).map(([name, part]) => [name, String(backlog[part])]));
}
