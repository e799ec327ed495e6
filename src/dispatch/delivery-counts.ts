import type { Transaction } from '../kernel/index.ts';
import {
  type Call,
  type CountFunction,
  type CountIn,
  type CountTopic,
  functionMetrics,
  invocationMetrics,
  type MeterIn,
  type OpenMetrics,
  type Outcome,
  type OutcomeKind,
  topicMetrics,
  uncounted,
} from '../model/index.ts';
import { recordAttempt, type Tried } from './ledger.ts';

/** What dispatch counts for CloudWatch, of functions (spec/invoke.md §13) and topics. */
export interface DispatchCounts {
  readonly countFunction: CountFunction;
  readonly countInvocation: CountIn<string, 'Duration' | 'Errors' | 'Invocations'>;
  readonly countTopic: CountTopic;
}

export function openCounts(open: OpenMetrics = uncounted): DispatchCounts {
  return { countFunction: functionMetrics(open), countInvocation: invocationMetrics(open), countTopic: topicMetrics(open) };
}

export function countRun({ countInvocation }: DispatchCounts, { invokedArn }: Call, { functionError, report }: Outcome): void {
  countInvocation(invokedArn, 'Invocations', 1);
  countInvocation(invokedArn, 'Errors', functionError === undefined ? 0 : 1);
  countInvocation(invokedArn, 'Duration', report.durationMs);
}

export interface RecordPorts {
  readonly meterIn: MeterIn;
  readonly countTopic: CountTopic;
}

/** Writes what came of an attempt, and counts how notifications of topics ended. A transaction that is run again counts again. */
export async function recordTried(tx: Transaction, tried: Tried, { meterIn, countTopic }: RecordPorts): Promise<void> {
  const ended = await recordAttempt(tx, tried, meterIn);
  const { subscriber } = tried.delivery;
  if (ended && subscriber.startsWith(OF_TOPICS)) countNotification(countTopic, tried, ended);
}

const OF_TOPICS = 'sns:';

/** What became of a function that was handed its notification is its own affair, as on AWS. */
function countNotification(countTopic: CountTopic, { delivery, handedOver, redrives }: Tried, ended: OutcomeKind): void {
  const { subscriber } = delivery;
  const topicArn = subscriber.slice(OF_TOPICS.length, subscriber.lastIndexOf(':'));
  const delivered = ended === 'delivered' || handedOver === true;
  countTopic(topicArn, delivered ? 'NumberOfNotificationsDelivered' : 'NumberOfNotificationsFailed', 1);
  if (delivered) return;
  if (ended === 'dead-lettered') countTopic(topicArn, 'NumberOfNotificationsRedrivenToDlq', 1);
  else if (redrives) countTopic(topicArn, 'NumberOfNotificationsFailedToRedriveToDlq', 1);
}
