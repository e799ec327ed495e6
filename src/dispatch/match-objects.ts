import type { Reader, StoredEvent } from '../kernel/index.ts';
import {
  bucketNotifications,
  type MayInvoke,
  type NotificationRule,
  type ObjectChange,
  objectBusEvent,
  objectEvent,
  patientPolicy,
  selects,
} from '../model/index.ts';
import type { Match, PutSubscription, Subscription } from './subscription.ts';

/** Bucket notifications: every rule of the bucket that selects the change, and the default bus if it is told (spec/event-sources.md §1). */
export function matchObjects(read: Reader, mayInvoke: MayInvoke): Match {
  return async (event) => {
    const change = event.body as ObjectChange;
    const configured = await read.get(bucketNotifications, [change.bucket]);
    if (!configured) return [];
    const wanted = configured.rules.filter((rule) => selects(rule, change));
    const seen = { ...event, region: configured.region };
    const subscriptions = wanted.map((rule) => subscriptionOf(seen, change, rule, mayInvoke));
    const bus = configured.toBus ? busSubscription(seen, change) : undefined;
    return bus ? [...subscriptions, bus] : subscriptions;
  };
}

function subscriptionOf(event: StoredEvent, change: ObjectChange, rule: NotificationRule, mayInvoke: MayInvoke): Subscription {
  const { target } = rule;
  const subscriber = `s3:${change.bucket}:${rule.id}`;
  const payload = () => JSON.stringify(objectEvent(change, rule, event.region, event.time));
  const caller = callerOf(change);
  const traced = change.traceId === undefined ? {} : { traceId: change.traceId };
  if (target.kind === 'function') {
    const permitted = () => mayInvoke(target.arn, caller);
    return { kind: 'function', subscriber, functionArn: target.arn, invokedArn: target.arn, payload, permitted, ...traced };
  }
  const subject = target.kind === 'topic' ? { subject: 'Amazon S3 Notification' } : {};
  return {
    kind: 'put',
    subscriber,
    target,
    policy: patientPolicy,
    item: () => ({ body: payload(), caller, ...subject, ...traced }),
    permitted: async () => true,
  };
}

function busSubscription(event: StoredEvent, change: ObjectChange): PutSubscription | undefined {
  const made = objectBusEvent(change);
  if (!made) return undefined;
  const { detailType, resources, detail } = made;
  return {
    kind: 'put',
    subscriber: `s3:${change.bucket}:bus`,
    target: { kind: 'bus', arn: `arn:aws:events:${event.region}:${event.account}:event-bus/default` },
    policy: patientPolicy,
    item: () => ({ body: JSON.stringify(detail), caller: callerOf(change), source: 'aws.s3', detailType, resources }),
    permitted: async () => true,
  };
}

function callerOf(change: ObjectChange) {
  return { service: 's3.amazonaws.com', sourceArn: `arn:aws:s3:::${change.bucket}`, sourceAccount: change.owner };
}
