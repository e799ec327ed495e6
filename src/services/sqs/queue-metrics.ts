import type { Clock, Key, Store } from '../../kernel/index.ts';
import { type CountIn, type OpenMetrics, uncounted } from '../../model/index.ts';
import { counts, fifoMessages, messages, queues } from './collections.ts';
import { backlogOf } from './counts.ts';
import { boxOf, type Queue } from './queue.ts';

const UNITS = {
  ApproximateAgeOfOldestMessage: 'Seconds',
  ApproximateNumberOfMessagesDelayed: 'Count',
  ApproximateNumberOfMessagesNotVisible: 'Count',
  ApproximateNumberOfMessagesVisible: 'Count',
  NumberOfEmptyReceives: 'Count',
  NumberOfMessagesDeleted: 'Count',
  NumberOfMessagesReceived: 'Count',
  NumberOfMessagesSent: 'Count',
  SentMessageSize: 'Bytes',
} as const;

const EVERY_MS = 60_000;
/** Queues that are looked at each minute; of further ones only calls are counted. */
const MOST_WATCHED = 10_000;
/** For so many minutes after its last call an empty queue still tells that it is empty. */
const REST = 15;

/** What of CloudWatch is counted of queues, each under `QueueName`. A send costs about 0.12 µs (spec/backends.md §6). */
export interface QueueMetrics {
  readonly count: CountIn<Queue, keyof typeof UNITS>;
  /** Messages of these sizes, in bytes, were sent. */
  sent(queue: Queue, sizes: readonly number[]): void;
  /** A receive was answered with so many. */
  received(queue: Queue, messages: number): void;
  /** Looks at the queues that are in use, or hold messages; resolves to the ms until it should look again. */
  look(signal: AbortSignal): Promise<number>;
}

export function createQueueMetrics(deps: { readonly store: Store; readonly clock: Clock }, open?: OpenMetrics): QueueMetrics {
  const counted = (open ?? uncounted)<Queue, keyof typeof UNITS>({
    namespace: 'AWS/SQS',
    units: UNITS,
    keyOf: ({ id }) => id,
    placeOf: ({ account, region }) => ({ account, region }),
    dimensionsOf: ({ name }) => [{ QueueName: name }],
  });
  const watched = new Map<string, Watched>();
  const watch = (queue: Queue) => {
    const known = watched.get(queue.id);
    if (known) known.rested = 0;
    else if (open && watched.size < MOST_WATCHED) watched.set(queue.id, { queue, rested: 0 });
  };
  const count: typeof counted = (queue, metric, value) => {
    watch(queue);
    counted(queue, metric, value);
  };
  let started = false;
  return {
    count,
    sent(queue, sizes) {
      if (sizes.length === 0) return;
      count(queue, 'NumberOfMessagesSent', sizes.length);
      for (const size of sizes) counted(queue, 'SentMessageSize', size);
    },
    received(queue, messages) {
      if (messages > 0) count(queue, 'NumberOfMessagesReceived', messages);
      else count(queue, 'NumberOfEmptyReceives', 1);
    },
    async look(signal) {
      if (open && !started) for await (const queue of filled(deps.store, signal)) watch(queue);
      started = true;
      for (const [id, one] of watched) {
        if (signal.aborted) break;
        if (!(await tell(deps, one, counted))) watched.delete(id);
        await new Promise(setImmediate); // Others get their turn.
      }
      return EVERY_MS;
    },
  };
}

interface Watched {
  readonly queue: Queue;
  /** Minutes without a call or a message. */
  rested: number;
}

/** Tells what a queue holds; false: it need not be looked at any more. */
async function tell(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  watched: Watched,
  count: QueueMetrics['count'],
): Promise<boolean> {
  const { account, region, name, id } = watched.queue;
  const queue = await store.read.get(queues, [account, region, name]);
  if (queue?.id !== id) return false;
  const now = clock.now();
  const { visible, inFlight, delayed } = await backlogOf(store.read, queue, now);
  const oldest = visible + inFlight + delayed > 0 ? await oldestIn(store, queue) : undefined;
  count(queue, 'ApproximateNumberOfMessagesVisible', visible);
  count(queue, 'ApproximateNumberOfMessagesNotVisible', inFlight);
  count(queue, 'ApproximateNumberOfMessagesDelayed', delayed);
  count(queue, 'ApproximateAgeOfOldestMessage', oldest === undefined ? 0 : Math.max(0, Math.floor((now - oldest) / 1000)));
  watched.rested = oldest === undefined ? watched.rested + 1 : 0;
  return watched.rested <= REST;
}

/** When the oldest message was sent, in epoch ms. */
async function oldestIn({ read }: Store, queue: Queue): Promise<number | undefined> {
  const prefix = [boxOf(queue)];
  if (!queue.fifo) return (await read.range(messages, { prefix, limit: 1 })).items[0]?.sentAt;
  return (await read.range(fifoMessages, { index: 'age', prefix, limit: 1 })).items[0]?.sentAt;
}

/** Queues that hold messages, found by their counts: once, after a start. */
async function* filled({ read }: Store, signal: AbortSignal): AsyncGenerator<Queue> {
  const boxes = new Map<string, number>();
  for (let after: Key | undefined, more = true; more && !signal.aborted; ) {
    const page = await read.range(counts, { limit: 1000, ...(after ? { after } : {}) });
    for (const { box, total } of page.items) boxes.set(box, (boxes.get(box) ?? 0) + total);
    after = page.next;
    more = after !== undefined;
  }
  for (let after: Key | undefined, more = true; more && !signal.aborted; ) {
    const page = await read.range(queues, { limit: 100, ...(after ? { after } : {}) });
    for (const queue of page.items) if ((boxes.get(boxOf(queue)) ?? 0) > 0) yield queue;
    after = page.next;
    more = after !== undefined;
  }
}
