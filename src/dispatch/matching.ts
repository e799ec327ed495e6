import type { Reader } from '../kernel/index.ts';
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
import type { Match } from './subscription.ts';

/** Bucket notifications: every rule of the bucket that selects the change (spec/event-sources.md §1). */
export function matchObjects(read: Reader, mayInvoke: MayInvoke): Match {
  return async (event) => {
    const change = event.body as ObjectChange;
    const configured = await read.get(bucketNotifications, [change.bucket]);
    const rules = configured?.rules.filter((rule) => selects(rule, change)) ?? [];
    return rules.map((rule) => ({
      kind: 'function',
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
      kind: 'function',
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
