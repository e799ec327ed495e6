import { fail, isFailure } from '../../kernel/index.ts';
import { parsePolicy } from '../../model/index.ts';
import type { Queue, QueueSettings } from './queue.ts';
import { checkRedriveAllowPolicy, readRedrivePolicy } from './redrive-policies.ts';
import { invalidAttributeValue, notImplemented, unknownAttribute } from './refusals.ts';

type Attributes = Readonly<Record<string, string>>;

/** Default, least and most of the attributes that are whole numbers (spec/backends.md §6.2). */
const NUMBERS: Readonly<Record<string, readonly [fallback: number, least: number, most: number]>> = {
  DelaySeconds: [0, 0, 900],
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  VisibilityTimeout: [30, 0, 43_200],
};

/** Values that the attributes of FIFO queues may have, the default first. */
const FIFO_CHOICES: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['false', 'true'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const SETTABLE = [
  ...Object.keys(NUMBERS),
  ...Object.keys(FIFO_CHOICES),
  'FifoQueue',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
];

/** Attributes whose empty value removes them. */
const REMOVABLE = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];

/** What every queue of this kind answers for attributes that were not set. */
export function defaultAttributes(fifo: boolean): Record<string, string> {
  const numbers = Object.entries(NUMBERS).map(([name, [fallback]]) => [name, String(fallback)]);
  const choices = fifo ? Object.entries(FIFO_CHOICES).map(([name, [fallback]]) => [name, fallback]) : [];
  return {
    ...Object.fromEntries([...numbers, ...choices]),
    SqsManagedSseEnabled: 'false',
    ...(fifo ? { FifoQueue: 'true' } : {}),
  };
}

/** What a queue has, defaults included. No queue is encrypted, also one that was told so when that was still accepted. */
export function heldAttributes({ fifo, attributes }: Pick<Queue, 'fifo' | 'attributes'>): Record<string, string> {
  return { ...defaultAttributes(fifo), ...attributes, SqsManagedSseEnabled: 'false' };
}

/**
 * The attributes of a queue after given ones are set. Throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, and
 * UnsupportedOperation for what would not be enforced: encryption by SQS or with a KMS key.
 */
export function mergeAttributes(before: Attributes, given: Attributes, fifo: boolean): Attributes {
  const merged: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(given)) {
    checkAttribute(name, value, fifo);
    if (isStored(name, value)) merged[name] = value;
    else delete merged[name];
  }
  if (merged.FifoThroughputLimit === 'perMessageGroupId' && merged.DeduplicationScope !== 'messageGroup')
    throw invalidAttributeValue('FifoThroughputLimit', 'perMessageGroupId requires the DeduplicationScope messageGroup.');
  return merged;
}

/** Encryption is refused unless it is none, and FifoQueue is the queue's kind; neither is kept. */
const UNKEPT = ['FifoQueue', 'KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'SqsManagedSseEnabled'];

function isStored(name: string, value: string): boolean {
  return !UNKEPT.includes(name) && (value !== '' || !REMOVABLE.includes(name));
}

function checkAttribute(name: string, value: string, fifo: boolean): void {
  if (!SETTABLE.includes(name)) throw unknownAttribute(name);
  if (Object.hasOwn(NUMBERS, name)) checkNumber(name, value);
  if (Object.hasOwn(FIFO_CHOICES, name)) checkChoice(name, value, fifo);
  if (name === 'FifoQueue') checkKind(value, fifo);
  if (name === 'SqsManagedSseEnabled') checkOneOf(name, value, ['true', 'false']);
  if (name === 'SqsManagedSseEnabled' && value === 'true')
    throw notImplemented('SqsManagedSseEnabled (messages are as safe as the disk they are on)');
  if (name === 'KmsMasterKeyId' && value !== '') throw notImplemented('KmsMasterKeyId');
  if (name === 'KmsDataKeyReusePeriodSeconds' && value !== '300') throw notImplemented('KmsDataKeyReusePeriodSeconds');
  if (name === 'Policy') readQueuePolicy(value);
  if (name === 'RedrivePolicy') readRedrivePolicy(value);
  if (name === 'RedriveAllowPolicy') checkRedriveAllowPolicy(value);
}

function checkNumber(name: string, value: string): void {
  const [, least, most] = NUMBERS[name]!;
  if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) throw invalidAttributeValue(name);
}

function checkChoice(name: string, value: string, fifo: boolean): void {
  if (!fifo && name === 'ContentBasedDeduplication') throw unknownAttribute(name);
  if (!fifo) throw fail('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);
  checkOneOf(name, value, FIFO_CHOICES[name]!);
}

function checkKind(value: string, fifo: boolean): void {
  checkOneOf('FifoQueue', value, ['true', 'false']);
  if ((value === 'true') !== fifo) throw invalidAttributeValue('FifoQueue', 'Modifying queue type is not supported.');
}

function checkOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw invalidAttributeValue(name);
}

/** The Policy attribute, parsed; undefined when it is empty. Throws InvalidAttributeValue. */
export function readQueuePolicy(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    parsePolicy(text, 'resource');
    return JSON.parse(text);
  } catch (error) {
    throw invalidAttributeValue('Policy', isFailure(error) ? error.message : undefined);
  }
}

/** What attributes mean. */
export function settingsOf(attributes: Attributes): QueueSettings {
  const number = (name: string) => Number(attributes[name] ?? NUMBERS[name]![0]);
  const redrive = readRedrivePolicy(attributes.RedrivePolicy);
  return {
    delayMs: number('DelaySeconds') * 1000,
    maximumBytes: number('MaximumMessageSize'),
    retentionMs: number('MessageRetentionPeriod') * 1000,
    waitMs: number('ReceiveMessageWaitTimeSeconds') * 1000,
    visibilityMs: number('VisibilityTimeout') * 1000,
    ...(redrive ? { redrive } : {}),
    contentBased: attributes.ContentBasedDeduplication === 'true',
    groupScope: attributes.DeduplicationScope === 'messageGroup',
  };
}
