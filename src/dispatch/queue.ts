import type { Transaction } from '../kernel/index.ts';
import { type AsyncInvocation, asyncTopic, type Enqueue } from '../model/index.ts';

/** The port Enqueue: an accepted asynchronous invocation is an event of the topic `lambda.async` (DESIGN §4). */
export const enqueue: Enqueue = async (tx: Transaction, event: AsyncInvocation) => {
  await tx.append(asyncTopic.name, 0, {
    id: event.requestId,
    type: 'InvocationRequested',
    source: 'lambda',
    subject: event.functionArn,
    account: event.account,
    region: event.region,
    time: event.time,
    ...(event.cause === undefined ? {} : { cause: event.cause }),
    body: event,
  });
};
