import { type Clock, describe, type Logger, type Service, type Store, type StoredEvent } from '../kernel/index.ts';
import type { Delivery } from '../model/index.ts';
import { type Deliverer, transactUntilDone } from './deliverer.ts';
import { type Routed, recordRouted, SUBSCRIBER } from './ledger.ts';
import { deliveryId, type Match, type Subscription } from './matching.ts';

export interface RouterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly matchers: ReadonlyMap<string, Match>;
  readonly deliverer: Deliverer;
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
        for await (const batch of ports.store.follow(topic, 0, from, ending.signal))
          await route(ports, topic, batch, ending.signal);
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

interface Made {
  readonly delivery: Delivery;
  readonly subscription: Subscription;
}

async function route(ports: RouterPorts, topic: string, batch: readonly StoredEvent[], signal: AbortSignal): Promise<void> {
  const match = ports.matchers.get(topic)!;
  const routed: Routed[] = [];
  const made: (Made & { event: StoredEvent })[] = [];
  for (const event of batch) {
    const subscriptions = await match(event);
    const mine = subscriptions.map((subscription) => ({
      delivery: deliveryOf(event, subscription, ports.clock.now()),
      subscription,
    }));
    routed.push({ event, deliveries: mine.map(({ delivery }) => delivery) });
    for (const one of mine) made.push({ ...one, event });
  }
  const recorded = transactUntilDone(
    ports,
    (tx) => recordRouted(tx, routed),
    () => signal.aborted,
  );
  const waiting: Made[] = [];
  for (const one of made) {
    if (ports.deliverer.hasRoom(one.delivery.target)) ports.deliverer.begin(one.delivery, one.event, one.subscription, recorded);
    else waiting.push(one);
  }
  await recorded;
  for (const { delivery } of waiting) ports.deliverer.wait(delivery.target);
}

function deliveryOf(event: StoredEvent, { subscriber, functionArn }: Subscription, now: number): Delivery {
  const { account, region, topic, lane, position, time } = event;
  return {
    id: deliveryId(event, subscriber),
    account,
    region,
    topic,
    lane,
    position,
    subscriber,
    target: functionArn,
    acceptedAt: time,
    attempts: 0,
    throttles: 0,
    nextAt: now,
  };
}
