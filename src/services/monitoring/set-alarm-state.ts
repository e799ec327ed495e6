import type { SetAlarmStateInput } from '@aws-sdk/client-cloudwatch';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { changeState } from './change-state.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';

/** SetAlarmState: its actions are taken; the next evaluation may change it back (spec/backends.md §10). */
export function setAlarmState(deps: MonitoringDeps): Operation<SetAlarmStateInput> {
  return async (input, context) => {
    const { AlarmName, StateValue, StateReason, StateReasonData } = input;
    if (StateReasonData !== undefined) checkJson(StateReasonData);
    const event = deps.ids.uuid();
    await deps.store.transact(async (tx) => {
      const alarm = await tx.get(alarms, [context.account, context.region, AlarmName!]);
      if (!alarm) throw fail('ResourceNotFound', '', { status: 404 });
      const { now, cause } = context;
      await changeState(tx, alarm, { state: StateValue!, reason: StateReason!, reasonData: StateReasonData, now, event, cause });
    });
    return {};
  };
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw fail('InvalidFormatFault', 'StateReasonData is not valid JSON.');
  }
}
