import { gzipSync } from 'node:zlib';
import { type LogBatch, patientPolicy, subscriptionCallers, subscriptionMessage, targetOf } from '../model/index.ts';
import type { CarryPorts } from './match-carried.ts';
import type { Match, Subscription } from './subscription.ts';

/** Lines that a subscription filter selected: to its function, or into its stream (spec/event-sources.md §4). */
export function matchLogs({ mayInvoke, mayAct }: CarryPorts): Match {
  return async ({ body, subject }) => {
    const batch = body as LogBatch;
    const { name, destination, role, distribution } = batch.filter;
    const subscriber = `${subject.replace(/:\*$/, '')}#${name}`;
    const target = targetOf(destination);
    const compressed = () => gzipSync(JSON.stringify(subscriptionMessage(batch)));
    if (target?.kind === 'function') return [functionSubscription(destination, { subscriber, subject, compressed, mayInvoke })];
    if (target?.kind !== 'stream' || role === undefined) return [];
    const key = distribution === 'Random' ? {} : { partitionKey: batch.logStream.slice(0, 256) };
    return [
      {
        kind: 'put',
        subscriber,
        target,
        policy: patientPolicy,
        item: () => ({ body: '', data: compressed(), caller: { role }, ...key }),
        permitted: () => mayAct(role, 'kinesis:PutRecord', destination),
      },
    ];
  };
}

function functionSubscription(
  arn: string,
  about: Pick<Subscription, 'subscriber'> &
    Pick<CarryPorts, 'mayInvoke'> & { readonly subject: string; readonly compressed: () => Buffer },
): Subscription {
  return {
    kind: 'function',
    subscriber: about.subscriber,
    functionArn: arn,
    invokedArn: arn,
    payload: () => JSON.stringify({ awslogs: { data: about.compressed().toString('base64') } }),
    permitted: async () => {
      for (const caller of subscriptionCallers(about.subject)) if (await about.mayInvoke(arn, caller)) return true;
      return false;
    },
  };
}
