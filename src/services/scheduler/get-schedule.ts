import type { GetScheduleInput, GetScheduleOutput } from '@aws-sdk/client-scheduler';
import { type Operation, type ScheduleRow, scheduleArn } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundSchedule } from './schedule-rows.ts';

/** GetSchedule, with AWS's defaults for what was not said. */
export function getSchedule({ store }: SchedulerDeps): Operation<GetScheduleInput, GetScheduleOutput> {
  return async (input, context) => {
    const row = await foundSchedule(store.read, context, { Name: input.Name, GroupName: input.GroupName });
    return { Arn: scheduleArn(row), ...shown(row) };
  };
}

function shown(row: ScheduleRow) {
  const { description, start, end, windowMinutes, target } = row;
  const { MaximumEventAgeInSeconds = 86_400, MaximumRetryAttempts = 185 } = target.RetryPolicy ?? {};
  return {
    GroupName: row.group,
    Name: row.name,
    ScheduleExpression: row.expression,
    ScheduleExpressionTimezone: row.zone ?? 'UTC',
    ...(start === undefined ? {} : { StartDate: new Date(start) }),
    ...(end === undefined ? {} : { EndDate: new Date(end) }),
    ...(description === undefined ? {} : { Description: description }),
    State: row.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
    CreationDate: new Date(row.created),
    LastModificationDate: new Date(row.modified),
    Target: { ...target, RetryPolicy: { MaximumEventAgeInSeconds, MaximumRetryAttempts } },
    FlexibleTimeWindow:
      windowMinutes === undefined
        ? { Mode: 'OFF' as const }
        : { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: row.deleteWhenDone ? ('DELETE' as const) : ('NONE' as const),
  };
}
