import { createHash } from 'node:crypto';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { PutAttribute, TopicMessage } from '../../model/index.ts';
import type { Topic } from './collections.ts';
import { readMessageAttributes } from './message-attributes.ts';
import { invalidParameter } from './refusals.ts';
import { DEFAULT_MESSAGE_BYTES } from './topic-attributes.ts';

/** A message before its topic has been looked at. */
export type Draft = Pick<
  TopicMessage,
  'messageId' | 'time' | 'subject' | 'message' | 'byProtocol' | 'attributes' | 'groupId' | 'deduplicationId' | 'traceId'
> & {
  /** Of the message as sent and its attributes. */
  readonly bytes: number;
};

export type Given = Pick<
  PublishCommandInput,
  'Message' | 'MessageAttributes' | 'MessageDeduplicationId' | 'MessageGroupId' | 'MessageStructure' | 'Subject'
>;

export interface Circumstances {
  readonly messageId: string;
  /** Epoch ms. */
  readonly now: number;
  readonly traceId?: string | undefined;
  /** Where its attributes are in the request. */
  readonly at?: string;
}

/** Checks what does not depend on the topic (spec/backends.md §7). Throws InvalidParameter, ParameterValueInvalid, ValidationError. */
export function readMessage(given: Given, { messageId, now, traceId, at }: Circumstances): Draft {
  const { Message = '', Subject, MessageGroupId, MessageDeduplicationId, MessageStructure } = given;
  if (Subject !== undefined && !isSubject(Subject)) throw invalidParameter('Subject');
  if (Message === '') throw invalidParameter('Empty message');
  const attributes = readMessageAttributes(given.MessageAttributes, at);
  if (MessageStructure !== undefined && MessageStructure !== '' && MessageStructure !== 'json')
    throw invalidParameter('MessageStructure');
  checkOrderId('MessageGroupId', MessageGroupId);
  checkOrderId('MessageDeduplicationId', MessageDeduplicationId);
  return {
    messageId,
    time: now,
    ...(Subject === undefined ? {} : { subject: Subject }),
    ...(MessageStructure === 'json' ? readStructure(Message) : { message: Message }),
    attributes,
    ...(MessageGroupId === undefined ? {} : { groupId: MessageGroupId }),
    ...(MessageDeduplicationId === undefined ? {} : { deduplicationId: MessageDeduplicationId }),
    ...(traceId === undefined ? {} : { traceId }),
    bytes: Buffer.byteLength(Message) + bytesOf(attributes),
  };
}

/** At most 100 characters without line breaks or control characters. */
function isSubject(text: string): boolean {
  return text !== '' && text.length <= 100 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

function checkOrderId(name: string, id: string | undefined): void {
  if (id !== undefined && !/^[\x21-\x7e]{1,128}$/.test(id))
    throw invalidParameter(`${name} Reason: must be 1 to 128 alphanumeric or punctuation characters`);
}

/** Keys whose values are no strings are passed over, as on AWS. */
function readStructure(text: string): Pick<TopicMessage, 'message' | 'byProtocol'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const fallback = texts.find(([key]) => key === 'default');
  if (!fallback) throw invalidParameter('Message Structure - No default entry in JSON message body');
  return { message: fallback[1], byProtocol: Object.fromEntries(texts.filter(([key]) => key !== 'default')) };
}

function bytesOf(attributes: Readonly<Record<string, PutAttribute>>): number {
  let bytes = 0;
  for (const [name, { type, value }] of Object.entries(attributes)) {
    const size = type.startsWith('Binary') ? Math.floor((value.length * 3) / 4) : Buffer.byteLength(value);
    bytes += Buffer.byteLength(name) + type.length + size;
  }
  return bytes;
}

/** The most that the messages of one request to a topic may have, in bytes. */
export function mostBytes({ maximumMessageSize }: Topic): number {
  return maximumMessageSize ?? DEFAULT_MESSAGE_BYTES;
}

/** Checks a message against its topic, and gives it what the topic decides but its sequence number. Throws InvalidParameter. */
export function addressTo(topic: Topic, { bytes, ...draft }: Draft): TopicMessage {
  if (bytes > mostBytes(topic)) throw invalidParameter('Message too long');
  return {
    ...draft,
    ...orderIn(topic, draft),
    type: 'Notification',
    topicArn: topic.arn,
    signatureVersion: topic.signatureVersion ?? '1',
    ...(topic.displayName === undefined ? {} : { displayName: topic.displayName }),
    ...(topic.delivery === undefined ? {} : { delivery: topic.delivery }),
  };
}

function orderIn(topic: Topic, draft: Omit<Draft, 'bytes'>): Pick<TopicMessage, 'deduplicationId'> {
  if (!topic.fifo) {
    if (draft.deduplicationId === undefined) return {};
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (draft.groupId === undefined) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (draft.deduplicationId !== undefined) return { deduplicationId: draft.deduplicationId };
  if (!topic.contentBased)
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  return { deduplicationId: createHash('sha256').update(draft.message).digest('hex') };
}
