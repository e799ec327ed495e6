import type { RetryPolicy as RetrySetting } from '@aws-sdk/client-eventbridge';
import { platformErrors } from '../kernel/index.ts';
import { doubling, patientPolicy, type RetryPolicy } from './retry-policy.ts';
import type { PutAttribute, PutCaller, PutItem, PutTarget, Target } from './targets.ts';

/** What rules and schedules reach. */
export type CarriedTarget = Extract<Target, { kind: 'function' }> | PutTarget;

/** One event on its way to one target of a rule or schedule: what dispatch needs to carry it. */
export interface CarriedDelivery {
  /** Stable: `rule:RULE-ARN#TARGET-ID`, `schedule:ARN`. */
  readonly subscriber: string;
  readonly target: CarriedTarget;
  readonly caller: PutCaller;
  /** What the caller's role must be allowed to do to the target's ARN; undefined: no role, the target's own policy is asked. */
  readonly action?: string;
  readonly policy: RetryPolicy;
  readonly traceId?: string;
  /** What the target gets in a try (from 1), as text. Throws TargetInvalid when nothing can be made of this event. */
  readonly payload: (attempt: number) => string;
  /** The same for a target that things are put into. */
  readonly item: (attempt: number) => CarriedItem;
  readonly deadLetter?: {
    readonly target: PutTarget;
    readonly item: (end: CarriedEnd) => CarriedItem;
  };
}

export type CarriedItem = Omit<PutItem, 'id' | 'time' | 'cause'>;

/** How a delivery was given up. */
export interface CarriedEnd {
  /** `RetriesExhausted`, `EventAgeExceeded`, or why it was refused. */
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
}

/** IAM's action for carrying something to a target of a kind. */
export const carryActions: Readonly<Record<CarriedTarget['kind'], string>> = {
  function: 'lambda:InvokeFunction',
  queue: 'sqs:SendMessage',
  topic: 'sns:Publish',
  stream: 'kinesis:PutRecord',
  bus: 'events:PutEvents',
  'log-group': 'logs:PutLogEvents',
};

/** The condition keys of PutEvents, for an event that the platform puts itself; byRule: a rule passes it on. */
export function busConditions(
  { source = '', detailType = '' }: Pick<PutItem, 'source' | 'detailType'>,
  byRule: boolean,
): Readonly<Record<string, string>> {
  return { 'events:source': source, 'events:detail-type': detailType, 'events:eventbusinvocation': String(byRule) };
}

/** A target's retry policy in AWS's words; what it does not say is 185 times within a day. */
export function carryPolicy(setting: RetrySetting | undefined): RetryPolicy {
  if (!setting) return patientPolicy;
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = setting;
  return {
    maxRetries: MaximumRetryAttempts ?? patientPolicy.maxRetries,
    maxAgeMs: MaximumEventAgeInSeconds === undefined ? patientPolicy.maxAgeMs : MaximumEventAgeInSeconds * 1000,
    delayMs: doubling,
  };
}

/** The message attributes of a dead letter (spec/backends.md §8.1); about: what it was for. */
export function endAttributes(end: CarriedEnd, about: Readonly<Record<string, string>>): Record<string, PutAttribute> {
  const exhausted =
    end.reason === 'RetriesExhausted'
      ? 'MaximumRetryAttempts'
      : end.reason === 'EventAgeExceeded'
        ? 'MaximumEventAgeInSeconds'
        : '';
  const texts = {
    ...about,
    ERROR_CODE: errorCode(end),
    ERROR_MESSAGE: (end.error || end.reason).slice(0, 1024),
    ...(exhausted === '' ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
  };
  const attributes: Record<string, PutAttribute> = {};
  for (const [name, value] of Object.entries(texts)) attributes[name] = { type: 'String', value };
  attributes.RETRY_ATTEMPTS = { type: 'Number', value: String(Math.max(0, end.attempts - 1)) };
  return attributes;
}

const CODES: readonly (readonly [keyof typeof platformErrors, string])[] = [
  ['TargetMissing', 'NO_RESOURCE'],
  ['TargetRefused', 'NO_PERMISSIONS'],
  ['TargetInvalid', 'INVALID_PARAMETER'],
  ['TargetBusy', 'THROTTLING'],
];

function errorCode({ reason, error }: CarriedEnd): string {
  const told = `${reason} ${error}`;
  const known = CODES.find(([code]) => told.includes(platformErrors[code].text) || told.includes(code));
  if (known) return known[1];
  return told.includes('may not') ? 'NO_PERMISSIONS' : 'SDK_CLIENT_ERROR';
}
