import {
  type AlarmChange,
  actionsOf,
  alarmDetail,
  alarmEvent,
  alarmNotice,
  type MayInvoke,
  patientPolicy,
  targetOf,
} from '../model/index.ts';
import type { Match, Subscription } from './subscription.ts';

/** Alarms that changed their state: the actions of the new state, and the default bus. */
export function matchAlarms({ mayInvoke }: { readonly mayInvoke: MayInvoke }): Match {
  return async ({ body }) => {
    const change = body as AlarmChange;
    const actions = actionsOf(change).flatMap((arn) => action(change, arn, mayInvoke) ?? []);
    return [...actions, busSubscription(change)];
  };
}

function action(change: AlarmChange, arn: string, mayInvoke: MayInvoke): Subscription | undefined {
  const target = targetOf(arn);
  const subscriber = `${change.alarm.arn}#${change.alarm.state}:${arn}`;
  if (target?.kind === 'function') {
    const permitted = () => mayInvoke(arn, callerOf(change, 'lambda.alarms.cloudwatch.amazonaws.com'));
    const payload = () => JSON.stringify(alarmEvent(change));
    return { kind: 'function', subscriber, functionArn: arn, invokedArn: arn, payload, permitted };
  }
  if (target?.kind !== 'topic') return undefined;
  const item = () => {
    const { subject, message } = alarmNotice(change);
    const caller = { ...callerOf(change, 'cloudwatch.amazonaws.com'), sourceOwner: change.alarm.account };
    return { body: message, subject, caller };
  };
  return { kind: 'put', subscriber, target, policy: patientPolicy, item, permitted: async () => true };
}

function busSubscription(change: AlarmChange): Subscription {
  const { account, region, arn } = change.alarm;
  return {
    kind: 'put',
    subscriber: `${arn}#bus`,
    target: { kind: 'bus', arn: `arn:aws:events:${region}:${account}:event-bus/default` },
    policy: patientPolicy,
    item: () => ({
      body: JSON.stringify(alarmDetail(change)),
      caller: callerOf(change, 'cloudwatch.amazonaws.com'),
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [arn],
    }),
    permitted: async () => true,
  };
}

function callerOf({ alarm }: AlarmChange, service: string) {
  return { service, sourceArn: alarm.arn, sourceAccount: alarm.account };
}
