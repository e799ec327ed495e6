import type { Reader } from '../kernel/index.ts';
import { type AsyncInvocation, asyncTopic, type MayInvoke, objectTopic } from '../model/index.ts';
import { matchObjects } from './match-objects.ts';
import type { Match } from './subscription.ts';

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
