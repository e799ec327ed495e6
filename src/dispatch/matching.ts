import { createHash } from 'node:crypto';
import type { Reader, StoredEvent } from '../kernel/index.ts';
import {
  type AsyncInvocation,
  asyncTopic,
  bucketNotifications,
  type MayInvoke,
  type ObjectChange,
  objectEvent,
  objectTopic,
  selects,
} from '../model/index.ts';

/** One subscriber that wants an event, and how the event reaches it. */
export interface Subscription {
  /** Stable name of what selected the event. */
  readonly subscriber: string;
  readonly functionArn: string;
  readonly invokedArn: string;
  /** UTF-8 JSON text for the function. */
  readonly payload: () => string;
  readonly traceId?: string;
  /** Checked before each attempt; false ends the delivery as dropped. */
  readonly permitted: () => Promise<boolean>;
}

export type Match = (event: StoredEvent) => Promise<readonly Subscription[]>;

/** Bucket notifications: every rule of the bucket that selects the change (spec/event-sources.md §1). */
export function matchObjects(read: Reader, mayInvoke: MayInvoke): Match {
  return async (event) => {
    const change = event.body as ObjectChange;
    const configured = await read.get(bucketNotifications, [change.bucket]);
    const rules = configured?.rules.filter((rule) => selects(rule, change)) ?? [];
    return rules.map((rule) => ({
      subscriber: `s3:${change.bucket}:${rule.id}`,
      functionArn: rule.target.arn,
      invokedArn: rule.target.arn,
      payload: () => JSON.stringify(objectEvent(change, rule, event.region, event.time)),
      permitted: () =>
        mayInvoke(rule.target.arn, {
          service: 's3.amazonaws.com',
          sourceArn: `arn:aws:s3:::${change.bucket}`,
          sourceAccount: change.owner,
        }),
    }));
  };
}

/** Asynchronous invocations: the function that was asked for. Permission was checked when it was accepted. */
export const matchInvocations: Match = async (event) => {
  const invocation = event.body as AsyncInvocation;
  return [
    {
      subscriber: 'invoke',
      functionArn: invocation.functionArn,
      invokedArn: invocation.functionArn,
      payload: () => invocation.payload,
      ...(invocation.traceId === undefined ? {} : { traceId: invocation.traceId }),
      permitted: async () => true,
    },
  ];
};

export function matchers(read: Reader, mayInvoke: MayInvoke): ReadonlyMap<string, Match> {
  return new Map([
    [objectTopic.name, matchObjects(read, mayInvoke)],
    [asyncTopic.name, matchInvocations],
  ]);
}

/**
 * The id of a delivery, which is the request id of its invocation. An asynchronous invocation keeps the id that its caller was told; any
 * other is made of the event and the subscriber, so that routing an event again after a crash makes the same delivery.
 */
export function deliveryId(event: StoredEvent, subscriber: string): string {
  if (event.topic === asyncTopic.name) return event.id;
  const hash = createHash('sha256')
    .update(`${event.topic}\n${event.lane}\n${event.position}\n${event.id}\n${subscriber}`)
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
