import type { DeleteQueueCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { graves, queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { boxOf, queueArn } from './queue.ts';

/**
 * DeleteQueue: gone at once, with all its messages; the sweep frees their room. A queue of the same name may be made right away: it has
 * another box, so that nothing of this one shows up there. Throws QueueDoesNotExist.
 */
export function deleteQueue(deps: SqsDeps): Operation<DeleteQueueCommandInput> {
  return async (input, context) => {
    const gone = await deps.store.transact(async (tx) => {
      const queue = await findQueue(tx, input.QueueUrl, context);
      await tx.delete(queues, [queue.account, queue.region, queue.name]);
      await tx.put(graves, { box: boxOf(queue), queue: queue.id, fifo: queue.fifo, since: context.now });
      return queue;
    });
    deps.bells.ring(queueArn(gone), Number.POSITIVE_INFINITY);
    deps.wakeSweep();
    return {};
  };
}
