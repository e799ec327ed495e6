import type { EventBridgeParameters, KinesisParameters, RetryPolicy, SqsParameters } from '@aws-sdk/client-scheduler';
import { eventTime } from './bus-events.ts';
import {
  type CarriedDelivery,
  type CarriedItem,
  type CarriedTarget,
  carryActions,
  carryPolicy,
  endAttributes,
} from './carried-deliveries.ts';
import { targetOf } from './targets.ts';

/** The target of a schedule, in the words of CreateSchedule, as far as it is not refused. */
export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string | undefined;
  readonly RetryPolicy?: RetryPolicy | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  readonly SqsParameters?: SqsParameters | undefined;
  readonly KinesisParameters?: KinesisParameters | undefined;
  readonly EventBridgeParameters?: EventBridgeParameters | undefined;
}

/** Body of an event in the topic `schedules.due`: a schedule was due. It carries its target, which may be gone by then. */
export interface DueSchedule {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** The time it was due at, in epoch ms. */
  readonly scheduledTime: number;
  readonly executionId: string;
  readonly target: ScheduleTarget;
}

/** A due schedule on its way to its target (spec/backends.md §8.4). */
export function scheduleTarget(due: DueSchedule): CarriedDelivery {
  const { target, arn } = due;
  const to = targetOf(target.Arn) as CarriedTarget;
  const caller = { role: target.RoleArn };
  const payload = (attempt: number) => (target.Input === undefined ? notification(due) : filledIn(target.Input, due, attempt));
  const deadLetter = target.DeadLetterConfig?.Arn;
  return {
    subscriber: `schedule:${arn}`,
    target: to,
    caller,
    action: carryActions[to.kind],
    policy: carryPolicy(target.RetryPolicy),
    payload,
    item: (attempt) => ({ ...itemParts(to, due), body: payload(attempt), caller }),
    ...(deadLetter === undefined
      ? {}
      : {
          deadLetter: {
            target: { kind: 'queue', arn: deadLetter },
            item: (end) => ({ body: payload(end.attempts), caller, attributes: endAttributes(end, aboutOf(due)) }),
          },
        }),
  };
}

function itemParts(to: CarriedTarget, { target, executionId, arn }: DueSchedule): Partial<CarriedItem> {
  const groupId = target.SqsParameters?.MessageGroupId;
  if (to.kind === 'queue') return groupId === undefined ? {} : { groupId };
  if (to.kind === 'stream') return { partitionKey: target.KinesisParameters?.PartitionKey ?? executionId };
  if (to.kind !== 'bus') return {};
  const { Source: source, DetailType: detailType } = target.EventBridgeParameters ?? {};
  return { source: source ?? '', detailType: detailType ?? '', resources: [arn] };
}

function aboutOf({ arn, target, scheduledTime, executionId }: DueSchedule): Record<string, string> {
  return { SCHEDULE_ARN: arn, TARGET_ARN: target.Arn, SCHEDULED_TIME: eventTime(scheduledTime), EXECUTION_ID: executionId };
}

/** What a target without Input gets (spec/event-sources.md §3); detail is a text. */
function notification({ arn, account, region, scheduledTime, executionId }: DueSchedule): string {
  return JSON.stringify({
    version: '0',
    id: executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: eventTime(scheduledTime),
    region,
    resources: [arn],
    detail: '{}',
  });
}

function filledIn(input: string, { arn, scheduledTime, executionId }: DueSchedule, attempt: number): string {
  if (!input.includes('<aws.scheduler.')) return input;
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': arn,
    'scheduled-time': eventTime(scheduledTime),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (placeholder, name: string) => values[name] ?? placeholder);
}
