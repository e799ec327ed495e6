import type { Transaction } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import type { Queue } from './queue.ts';

/** Reads a queue, changes it and writes it, in one transaction. Throws QueueDoesNotExist. */
export function changeQueue(
  deps: Pick<SqsDeps, 'store'>,
  { url, context }: { readonly url: string | undefined; readonly context: OperationContext },
  change: (queue: Queue, tx: Transaction) => Queue | Promise<Queue>,
): Promise<Queue> {
  return deps.store.transact(async (tx) => {
    const next = await change(await findQueue(tx, url, context), tx);
    await tx.put(queues, next);
    return next;
  });
}
