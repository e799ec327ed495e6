import { type Clock, describe, isFailure, type Logger, type Service, type Store, type StoredEvent } from '../kernel/index.ts';
import type { CountFunction, CountTopic, Delivery, MeterIn, Put } from '../model/index.ts';
import { type Deliverer, isStoreFailure, transactUntilDone } from './deliverer.ts';
import { recordTried } from './delivery-counts.ts';
import { recordEvent, SUBSCRIBER } from './ledger.ts';
import { lineageOf, ranOnce } from './lineage.ts';
import { tryPut } from './puts.ts';
import { deliveryId, type Match, type Subscription, targetKey } from './subscription.ts';

export interface RouterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly matchers: ReadonlyMap<string, Match>;
  readonly deliverer: Deliverer;
  readonly put: Put;
  readonly meterIn: MeterIn;
  readonly countFunction: CountFunction;
  readonly countTopic: CountTopic;
}

const AGAIN_MS = 1000;

/** Follows one topic: each synced event is matched, its deliveries start at once, and their rows and the new position are written beside. */
export function createRouter(ports: RouterPorts, topic: string): Service {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const follow = async () => {
    while (!ending.signal.aborted) {
      try {
        const from = (await ports.store.read.cursor(SUBSCRIBER, topic, 0)) ?? 1;
        for await (const batch of ports.store.follow(topic, 0, from, ending.signal)) await route(ports, batch, ending.signal);
      } catch (error) {
        if (ending.signal.aborted) return;
        ports.logger.error('routing failed, going on from the last position', { topic, error: describe(error) });
        await new Promise<void>((resolve) => ports.clock.after(AGAIN_MS, resolve));
      }
    }
  };
  return {
    async start() {
      running = follow();
    },
    async stop() {
      ending.abort();
      await running;
    },
  };
}

/** A delivery that was made, and how it goes. */
interface Made {
  readonly event: StoredEvent;
  readonly delivery: Delivery;
  readonly subscription: Subscription;
  /** Looked at before the transaction, for what is put inside it. */
  readonly permitted: boolean;
}

interface Routed {
  readonly event: StoredEvent;
  readonly made: readonly Made[];
}

async function route(ports: RouterPorts, batch: readonly StoredEvent[], signal: AbortSignal): Promise<void> {
  const routed: Routed[] = [];
  for (const event of batch) routed.push({ event, made: await deliveriesOf(ports, event, await matched(ports, event)) });
  const recorded = recordBatch(ports, routed, () => signal.aborted);
  const waiting: Made[] = [];
  for (const one of routed.flatMap(({ made }) => made)) {
    const { subscription } = one;
    if (subscription.kind === 'put') continue;
    if (ports.deliverer.hasRoom(one.delivery.target)) ports.deliverer.begin(one.delivery, one.event, subscription, recorded);
    else waiting.push(one);
  }
  const { due, left } = await recorded;
  ports.deliverer.alarm(due);
  for (const { delivery } of [...waiting, ...left]) ports.deliverer.wait(delivery.target);
  for (const { delivery, subscription } of routed.flatMap(({ made }) => made))
    if (subscription.kind === 'function') ports.countFunction(delivery.target, 'AsyncEventsReceived', 1);
}

/**
 * What wants an event. All accounts share a topic: an event that cannot be matched for a defect of ours reaches nobody, rather than holding up
 * everything behind it; it stays in the log, and a replay can bring it back. What the store refuses is asked again.
 */
async function matched({ matchers, logger, countTopic }: RouterPorts, event: StoredEvent): Promise<readonly Subscription[]> {
  const filteredOut = (topicArn: string) => countTopic(topicArn, 'NumberOfNotificationsFilteredOut', 1);
  try {
    return await matchers.get(event.topic)!(event, filteredOut);
  } catch (error) {
    if (isFailure(error)) throw error;
    const { topic, position, id } = event;
    logger.error('an event cannot be matched, and reaches nobody', { topic, position, event: id, error: describe(error) });
    return [];
  }
}

interface Recorded {
  /** When the first retry is due (epoch ms). */
  readonly due?: number;
  /** What was to be put and was left to the deliverer. */
  readonly left: readonly Made[];
}

/** A put that fails as none should must not hold up the topic: then all puts of the batch become deliveries of their own. */
async function recordBatch(ports: RouterPorts, routed: readonly Routed[], stopped: () => boolean): Promise<Recorded> {
  try {
    return { due: await ports.store.transact((tx) => recordRouted(ports, tx, routed)), left: [] };
  } catch (error) {
    const refused = isStoreFailure(error);
    if (!refused) ports.logger.error('events could not be put, each is tried by itself', { error: describe(error) });
    const due = await transactUntilDone(ports, (tx) => recordRouted(ports, tx, routed, refused), stopped);
    const left = refused ? [] : routed.flatMap(({ made }) => made).filter(({ subscription }) => subscription.kind === 'put');
    return { left, ...(due === undefined ? {} : { due }) };
  }
}

async function deliveriesOf(ports: RouterPorts, event: StoredEvent, subscriptions: readonly Subscription[]): Promise<Made[]> {
  const lineage = subscriptions.length ? await lineageOf(ports.store.read, event.cause) : undefined;
  const made: Made[] = [];
  for (const subscription of subscriptions) {
    const target = targetKey(subscription);
    const chain = subscription.kind === 'function' ? ranOnce(lineage, target) : lineage;
    const delivery = deliveryOf(event, subscription.subscriber, target, ports.clock.now());
    const permitted = subscription.kind !== 'put' || (await subscription.permitted());
    made.push({ event, subscription, permitted, delivery: chain ? { ...delivery, lineage: chain } : delivery });
  }
  return made;
}

/**
 * Writes deliveries, books and the new position of a routed batch, and puts what is put; answers when the first retry is due. Routing a
 * batch again (after a crash) writes nothing twice: the position decides.
 */
async function recordRouted(
  { put, meterIn, countTopic, clock }: RouterPorts,
  tx: Parameters<Parameters<Store['transact']>[0]>[0],
  batch: readonly Routed[],
  puts = true,
): Promise<number> {
  const last = batch.at(-1)!.event;
  const cursor = (await tx.cursor(SUBSCRIBER, last.topic, last.lane)) ?? 1;
  let due = Number.POSITIVE_INFINITY;
  for (const { event, made } of batch) {
    if (event.position < cursor) continue;
    await recordEvent(
      tx,
      event,
      made.map(({ delivery }) => delivery),
    );
    for (const { delivery, subscription, permitted } of made) {
      if (subscription.kind !== 'put' || !puts) continue;
      const tried = await tryPut(tx, put, { delivery, subscription, permitted, now: clock.now() });
      await recordTried(tx, tried, { meterIn, countTopic });
      if (tried.step.step === 'retry') due = Math.min(due, tried.step.at);
    }
  }
  await tx.advance(SUBSCRIBER, last.topic, last.lane, last.position + 1);
  return due;
}

function deliveryOf(event: StoredEvent, subscriber: string, target: string, now: number): Delivery {
  const { account, region, topic, lane, position, time } = event;
  return {
    id: deliveryId(event, subscriber),
    event: event.id,
    account,
    region,
    topic,
    lane,
    position,
    subscriber,
    target,
    acceptedAt: time,
    attempts: 0,
    throttles: 0,
    nextAt: now,
  };
}
