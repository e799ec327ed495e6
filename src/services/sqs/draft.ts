import { hash } from 'node:crypto';
import type { MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import { fail } from '../../kernel/index.ts';
import { md5Of, md5OfAttributes } from './digests.ts';
import type { Letter, LetterAttribute } from './message.ts';
import { readAttributes } from './message-attributes.ts';
import type { Queue } from './queue.ts';
import { invalidParameter, invalidValue, missingParameter } from './refusals.ts';

/** What SendMessage and an entry of SendMessageBatch have in common. */
export interface Sendable {
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>>;
  readonly MessageSystemAttributes?: Readonly<Record<string, MessageSystemAttributeValue>>;
  readonly MessageDeduplicationId?: string;
  readonly MessageGroupId?: string;
}

/** A message as it was given, checked; who sent it and when comes later. */
export interface Draft {
  readonly letter: Omit<Letter, 'messageId' | 'sender' | 'sentAt'>;
  readonly delayMs: number;
  /** Body and attributes. */
  readonly size: number;
}

/** Checks a message for its queue, all but its size (spec/backends.md §6.3). */
export function draftOf(input: Sendable, queue: Queue): Draft {
  const body = bodyOf(input.MessageBody);
  const { attributes, size } = readAttributes(input.MessageAttributes);
  const trace = readTrace(input.MessageSystemAttributes);
  const delayMs = delayOf(input.DelaySeconds, queue);
  const group = groupOf(input.MessageGroupId, queue);
  const deduplicationId = deduplicationOf(input.MessageDeduplicationId, body, queue);
  const letter = {
    body,
    md5: md5Of(body),
    ...(attributes ? { attributes, md5OfAttributes: md5OfAttributes(attributes)! } : {}),
    ...(trace ? { trace: trace.value, md5OfTrace: md5OfAttributes({ AWSTraceHeader: trace })! } : {}),
    ...(group === undefined ? {} : { group }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
  };
  return { letter, delayMs, size: body.length + size };
}

/** Throws InvalidParameterValue when a message is larger than its queue allows. */
export function checkSize(size: number, { settings }: Queue): void {
  if (size > settings.maximumBytes)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumBytes} bytes.`,
    );
}

const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** Whether a text consists of the characters that messages may have. */
export function isAllowedText(text: string): boolean {
  return text.isWellFormed() && !FORBIDDEN.test(text);
}

function bodyOf(text: string | undefined): Buffer {
  if (text === undefined || text === '') throw missingParameter('MessageBody');
  if (!isAllowedText(text))
    throw fail(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  return Buffer.from(text);
}

/** The one system attribute that can be sent. */
function readTrace(given: Sendable['MessageSystemAttributes']): LetterAttribute | undefined {
  for (const [name, { DataType, StringValue }] of Object.entries(given ?? {})) {
    if (name !== 'AWSTraceHeader') {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (DataType !== 'String') throw invalidParameter(`The type of message system attribute '${name}' is invalid.`);
    if (!StringValue)
      throw invalidParameter(`Message (system) attribute '${name}' must contain a non-empty value of type 'String'.`);
    return { type: 'String', value: StringValue };
  }
  return undefined;
}

const NOT_HERE = 'The request include parameter that is not valid for this queue type.';

function delayOf(seconds: number | undefined, { fifo, settings }: Queue): number {
  if (seconds === undefined) return settings.delayMs;
  if (fifo && seconds !== 0) throw invalidValue(seconds, 'DelaySeconds', NOT_HERE);
  if (seconds < 0 || seconds > 900) throw invalidValue(seconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  return fifo ? settings.delayMs : seconds * 1000;
}

const NAME = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const NAME_REASON = 'can only include alphanumeric and punctuation characters. 1 to 128 in length.';

function groupOf(group: string | undefined, { fifo }: Queue): string | undefined {
  if (group === undefined) {
    if (fifo) throw missingParameter('MessageGroupId');
    return undefined;
  }
  if (!NAME.test(group)) throw invalidValue(group, 'MessageGroupId', `MessageGroupId ${NAME_REASON}`);
  return group;
}

function deduplicationOf(id: string | undefined, body: Uint8Array, { fifo, settings }: Queue): string | undefined {
  if (id === undefined) {
    if (!fifo) return undefined;
    if (settings.contentBased) return hash('sha256', body);
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  if (!fifo) throw invalidValue(id, 'MessageDeduplicationId', NOT_HERE);
  if (!NAME.test(id)) throw invalidValue(id, 'MessageDeduplicationId', `MessageDeduplicationId ${NAME_REASON}`);
  return id;
}
