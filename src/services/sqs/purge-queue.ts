import type { PurgeQueueCommandInput } from '@aws-sdk/client-sqs';
import { isFailure } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { counts, graves, queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { boxOf, type Queue } from './queue.ts';
import { purgeQueueInProgress } from './refusals.ts';
import { emptyBox } from './sweep.ts';

/** Between two purges of one queue (spec/backends.md §6.4). */
const PAUSE_MS = 60_000;

/**
 * PurgeQueue: nothing that was sent before is delivered after the answer; the sweep frees the room. On a full disk it is freed before the
 * answer. Throws QueueDoesNotExist, and PurgeQueueInProgress 403 within a minute of the last one.
 */
export function purgeQueue(deps: SqsDeps): Operation<PurgeQueueCommandInput> {
  return async (input, context) => {
    try {
      await deps.store.transact(async (tx) => {
        const queue = await findQueue(tx, input.QueueUrl, context);
        checkPause(queue, context.now);
        await tx.put(queues, { ...queue, era: queue.era + 1, purgedAt: context.now });
        await tx.put(graves, { box: boxOf(queue), fifo: queue.fifo, since: context.now });
      });
      deps.wakeSweep();
    } catch (error) {
      if (!isFailure(error, 'StoreFull')) throw error;
      await purgeInPlace(deps, await findQueue(deps.store.read, input.QueueUrl, context), context.signal);
    }
    return {};
  };
}

/** A clock that was set back does not lengthen the pause. */
function checkPause({ name, purgedAt }: Queue, now: number): void {
  if (purgedAt !== undefined && purgedAt <= now && now < purgedAt + PAUSE_MS) throw purgeQueueInProgress(name);
}

async function purgeInPlace({ store }: SqsDeps, queue: Queue, signal: AbortSignal): Promise<void> {
  const box = boxOf(queue);
  await emptyBox(store, { box, fifo: queue.fifo }, signal);
  const { items } = await store.read.range(counts, { prefix: [box], limit: 100 });
  await store.transact(async (tx) => {
    for (const { shard } of items) await tx.delete(counts, [box, shard]);
  });
}
