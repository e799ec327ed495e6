import type { DeleteQueueCommandInput } from '@aws-sdk/client-sqs';
import { isFailure } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { graves, queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { emptyBox } from './sweep.ts';

/**
 * DeleteQueue: gone at once, with all its messages; the sweep frees their room. A queue of the same name may be made right away: it has
 * another box, so that nothing of this one shows up there. On a full disk the room is freed before the answer. Throws QueueDoesNotExist.
 */
export function deleteQueue(deps: SqsDeps): Operation<DeleteQueueCommandInput> {
  return async (input, context) => {
    const gone = await remove(deps, { url: input.QueueUrl, context, buried: true }).catch(async (error) => {
      if (!isFailure(error, 'StoreFull')) throw error;
      const queue = await remove(deps, { url: input.QueueUrl, context, buried: false });
      await emptyBox(deps.store, { box: boxOf(queue), fifo: queue.fifo }, context.signal);
      return queue;
    });
    deps.bells.ring(queueArn(gone), Number.POSITIVE_INFINITY);
    deps.wakeSweep();
    return {};
  };
}

interface Removal {
  readonly url: string | undefined;
  readonly context: OperationContext;
  /** Whether the sweep is told, which takes room. */
  readonly buried: boolean;
}

function remove({ store }: SqsDeps, { url, context, buried }: Removal): Promise<Queue> {
  return store.transact(async (tx) => {
    const queue = await findQueue(tx, url, context);
    await tx.delete(queues, [queue.account, queue.region, queue.name]);
    if (buried) await tx.put(graves, { box: boxOf(queue), queue: queue.id, fifo: queue.fifo, since: context.now });
    return queue;
  });
}
