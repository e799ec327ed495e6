import type { Reader } from '../kernel/index.ts';
import {
  type AsyncInvocation,
  alarmTopic,
  asyncTopic,
  busTopic,
  logTopic,
  objectTopic,
  scheduleTopic,
  snsTopic,
} from '../model/index.ts';
import { matchAlarms } from './match-alarms.ts';
import { matchBus, matchSchedules } from './match-bus.ts';
import type { CarryPorts } from './match-carried.ts';
import { matchLogs } from './match-logs.ts';
import { type MessagePorts, matchMessages } from './match-messages.ts';
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

export interface MatchPorts extends CarryPorts {
  readonly notifications: Omit<MessagePorts, 'mayInvoke'>;
}

/** How each topic finds its subscribers; what is here is followed. */
export function matchers(read: Reader, ports: MatchPorts): ReadonlyMap<string, Match> {
  return new Map([
    [objectTopic.name, matchObjects(read, ports.mayInvoke)],
    [asyncTopic.name, matchInvocations],
    [snsTopic.name, matchMessages(read, { ...ports, ...ports.notifications })],
    [busTopic.name, matchBus(read, ports)],
    [scheduleTopic.name, matchSchedules(ports)],
    [logTopic.name, matchLogs(ports)],
    [alarmTopic.name, matchAlarms(ports)],
  ]);
}
