import type { PurgeQueueCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { graves, queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { boxOf } from './queue.ts';

/**
 * PurgeQueue: nothing that was sent before is delivered after the answer; the sweep frees the room. It takes no minute as on AWS, so
 * there is no PurgeQueueInProgress either. Throws QueueDoesNotExist.
 */
export function purgeQueue(deps: SqsDeps): Operation<PurgeQueueCommandInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const queue = await findQueue(tx, input.QueueUrl, context);
      await tx.put(queues, { ...queue, era: queue.era + 1 });
      await tx.put(graves, { box: boxOf(queue), fifo: queue.fifo, since: context.now });
    });
    deps.wakeSweep();
    return {};
  };
}
