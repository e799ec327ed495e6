import { isFailure, type Transaction } from '../../kernel/index.ts';
import type { QueueMessage, QueueSource } from '../../model/index.ts';
import { addToCount } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import { queueByArn } from './find-queue.ts';
import { receiveWithinLimit } from './in-flight.ts';
import type { LetterAttribute, Taken } from './message.ts';
import { boxOf, type Queue } from './queue.ts';
import { expectNext } from './receive.ts';
import { hide, removeUncounted } from './remove.ts';
import { systemAttributes } from './system-attributes.ts';

type Deps = Pick<SqsDeps, 'store' | 'clock' | 'bells' | 'flights' | 'metrics'>;

const MOST = 1_000;

/** The queues as event source mappings poll them. Cost of a message: as ReceiveMessage and DeleteMessage, without the wire. */
export function createQueueSource(deps: Deps): QueueSource {
  const { store, clock, bells } = deps;
  return {
    async find(arn) {
      const queue = await queueByArn(store.read, arn);
      return queue && { fifo: queue.fifo, visibilityTimeoutMs: queue.settings.visibilityMs };
    },
    async receive(arn, max, visibilityMs) {
      const queue = await queueByArn(store.read, arn);
      if (!queue) return [];
      const taken = await receiveWithinLimit(deps, queue, { max: Math.min(max, MOST), visibilityMs, awaits: 'reads' });
      if (taken?.length) deps.metrics.received(queue, taken.length);
      return taken?.map(shown) ?? [];
    },
    async remove(tx, arn, handles) {
      const queue = await queueByArn(tx, arn);
      if (!queue) return;
      const now = clock.now();
      let gone = 0;
      for (const handle of handles) if (await ifHeld(removeUncounted(tx, queue, { handle, now }))) gone++;
      await addToCount(tx, boxOf(queue), { now, by: -gone });
      if (gone > 0) deps.metrics.count(queue, 'NumberOfMessagesDeleted', gone);
      if (queue.fifo) bells.ringAfter(arn);
    },
    async release(tx, arn, handles, delayMs) {
      const queue = await queueByArn(tx, arn);
      if (!queue) return;
      await release(tx, { queue, handles, now: clock.now(), delayMs });
      if (delayMs === 0) bells.ringAfter(arn);
      else bells.ringAt(arn, clock.now() + delayMs);
    },
    watch: (arn, wake) => watch(deps, arn, wake),
  };
}

interface Releasing {
  readonly queue: Queue;
  readonly handles: readonly string[];
  readonly now: number;
  readonly delayMs: number;
}

async function release(tx: Transaction, { queue, handles, now, delayMs }: Releasing): Promise<void> {
  for (const handle of handles) await ifHeld(hide(tx, { queue, handle, until: now + delayMs, now }));
}

/** Handles that no longer hold are passed over. */
async function ifHeld<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!isFailure(error) || error.fault !== 'caller') throw error;
    return undefined;
  }
}

/** Besides what arrives, a timer wakes for the next message that becomes visible by itself. */
function watch(deps: Deps, arn: string, wake: () => void): () => void {
  let ended = false;
  const expect = () => {
    const expecting = async () => {
      const queue = await queueByArn(deps.store.read, arn);
      if (queue && !ended) await expectNext(deps, queue);
    };
    // A store that is closed wakes nobody any more; anything else shows at the next receive.
    expecting().catch(() => {});
  };
  const end = deps.bells.watch(arn, wake, expect);
  expect();
  return () => {
    ended = true;
    end();
  };
}

function shown(message: Taken): QueueMessage {
  const { messageId, receiptHandle, body, md5, md5OfAttributes, attributes = {}, cause } = message;
  return {
    messageId,
    receiptHandle,
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(),
    md5OfBody: md5,
    ...(md5OfAttributes === undefined ? {} : { md5OfMessageAttributes: md5OfAttributes }),
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, shownAttribute(value)])),
    ...(cause === undefined ? {} : { cause }),
  };
}

function shownAttribute({ type, value }: LetterAttribute) {
  return type.startsWith('Binary') ? { dataType: type, binaryValue: value } : { dataType: type, stringValue: value };
}
