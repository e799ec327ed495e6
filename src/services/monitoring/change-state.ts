import type { Transaction } from '../../kernel/index.ts';
import { type Alarm, type AlarmChange, type AlarmState, alarmTopic } from '../../model/index.ts';
import { noteState } from './alarm-history.ts';
import { alarms } from './collections.ts';

export interface NewState {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData?: string | undefined;
  readonly now: number;
  /** Id of the event, if the state changes. */
  readonly event: string;
  readonly cause?: string | undefined;
}

/** Gives an alarm a state and its reason; a state that differs from the one before is an event. */
export async function changeState(tx: Transaction, alarm: Alarm, to: NewState): Promise<void> {
  const { state, reason, reasonData, now } = to;
  const { reasonData: _, ...rest } = alarm;
  const changes = state !== alarm.state;
  const changed: Alarm = {
    ...rest,
    ...{ state, reason, updated: now, transitioned: changes ? now : alarm.transitioned },
    ...(reasonData === undefined ? {} : { reasonData }),
  };
  await tx.put(alarms, changed);
  if (!changes) return;
  const body: AlarmChange = { alarm: changed, previous: alarm };
  await noteState(tx, body, { now, id: to.event });
  const { account, region, arn } = alarm;
  await tx.append(alarmTopic.name, 0, {
    ...{ id: to.event, type: 'AlarmStateChanged', source: 'monitoring', subject: arn, account, region, time: now, body },
    ...(to.cause === undefined ? {} : { cause: to.cause }),
  });
}
