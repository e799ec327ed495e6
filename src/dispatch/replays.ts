import {
  allRows,
  type Clock,
  describe,
  type Logger,
  type Service,
  type Store,
  type StoredEvent,
  type Transaction,
} from '../kernel/index.ts';
import {
  type BusEvent,
  busTopic,
  compilePattern,
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  matches,
  outcomes,
  type Pattern,
  type Replay,
  type ReplayState,
  replays,
  seeBusEvent,
} from '../model/index.ts';
import type { Deliverer } from './deliverer.ts';
import { addDeliveries } from './ledger.ts';
import { idOf, type Match, type Subscription, targetKey } from './subscription.ts';

export interface ReplayPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly matchers: ReadonlyMap<string, Match>;
  readonly deliverer: Deliverer;
}

const SLICE = 100;
const PAUSE_MS = 1000;
const FAILURES = ['failed', 'expired', 'dead-lettered'] as const;

/**
 * Works off replays in slices that are each one transaction: a crash goes on where it was. All that run take turns, each at its own rate, so
 * that a slow one of somebody holds up nobody else's.
 */
export class Replays implements Service {
  readonly #ports: ReplayPorts;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake = () => {};
  /** Something came up since the store was last asked. */
  #due = false;

  constructor(ports: ReplayPorts) {
    this.#ports = ports;
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  /** There is a new one. */
  wake(): void {
    this.#due = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    const { store, clock } = this.#ports;
    let due = new Map<string, number>();
    while (!this.#stopping.signal.aborted) {
      this.#due = false;
      const items = await allRows(store.read, replays, { index: 'state', prefix: ['running'] });
      due = new Map(items.map(({ id }) => [id, due.get(id) ?? 0]));
      const now = clock.monotonic();
      const ready = items.filter(({ id }) => due.get(id)! <= now);
      for (const replay of ready) due.set(replay.id, await this.#turn(replay));
      if (ready.length > 0 || this.#due) continue;
      await this.#sleep(items.length === 0 ? undefined : Math.min(...due.values()) - now);
    }
  }

  /** One slice of one replay; resolves to when the next is due (monotonic ms). */
  async #turn(replay: Replay): Promise<number> {
    if (this.#stopping.signal.aborted) return 0;
    const began = this.#ports.clock.monotonic();
    try {
      return began + ((await this.#slice(replay)) * 1000) / replay.rate;
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      this.#ports.logger.warn('a replay met an error', { replay: replay.id, error: describe(error) });
      const ended = await this.#end(replay, 'failed', describe(error).split('\n')[0] ?? '').catch(() => false);
      return ended === false ? began + PAUSE_MS : began;
    }
  }

  /** Resolves to how many deliveries it made. */
  async #slice(replay: Replay): Promise<number> {
    const { store, clock, deliverer } = this.#ports;
    const pattern = replay.pattern === undefined ? undefined : compilePattern(replay.pattern);
    const looked = await (replay.failuresOnly ? this.#failures(replay) : this.#events(replay));
    const made: Delivery[] = [];
    let matched = 0;
    for (const { event, only } of looked.candidates) {
      if (!wanted(replay, pattern, event)) continue;
      matched += 1;
      made.push(...(await this.#deliveriesOf(replay, event, only)));
    }
    const next = advanced(replay, { ...looked, matched, delivered: made.length, now: clock.now() });
    const went = await store.transact((tx) => recordSlice(tx, next, replay.dryRun ? [] : made));
    if (!went || replay.dryRun) return 0;
    for (const { target } of made) deliverer.wait(target);
    return made.length;
  }

  async #events(replay: Replay): Promise<Looked> {
    const size = Math.max(1, Math.min(SLICE, replay.rate, replay.end - replay.at));
    const page = replay.at < replay.end ? await this.#ports.store.read.events(replay.topic, 0, replay.at, size) : [];
    const events = page.filter(({ position }) => position < replay.end);
    const last = events.at(-1);
    const over = !last || last.time >= replay.until;
    return { candidates: events.map((event) => ({ event })), at: last ? last.position + 1 : replay.end, over };
  }

  /** Outcomes by kind and time; after holds the kind's number and the last time and id. */
  async #failures(replay: Replay): Promise<Looked> {
    const [kind = 0, time, id] = replay.after === undefined ? [] : (JSON.parse(replay.after) as [number, number?, string?]);
    const name = FAILURES[kind];
    if (name === undefined) return { candidates: [], at: replay.at, over: true };
    const bounds = time === undefined ? { from: [replay.since] } : { after: [time, id!] };
    const size = Math.max(1, Math.min(SLICE, replay.rate));
    const { read } = this.#ports.store;
    const to = [Math.min(replay.until, replay.created)];
    const page = await read.range(outcomes, { index: 'kind', prefix: [replay.account, name], ...bounds, to, limit: size });
    const candidates: { event: StoredEvent; only: DeliveryOutcome }[] = [];
    for (const only of page.items) {
      if (only.topic !== replay.topic) continue;
      const [event] = await read.events(only.topic, only.lane, only.position, 1);
      if (event?.position === only.position) candidates.push({ event, only });
    }
    const last = page.items.at(-1);
    const after = JSON.stringify(last ? [kind, last.time, last.id] : [kind + 1]);
    return { candidates, at: replay.at, after, over: false };
  }

  async #deliveriesOf(replay: Replay, event: StoredEvent, only: DeliveryOutcome | undefined): Promise<Delivery[]> {
    const match = this.#ports.matchers.get(event.topic);
    const subscriptions = (await match?.(event)) ?? [];
    const chosen = subscriptions.filter(
      (one) =>
        (replay.subscriber === undefined || one.subscriber === replay.subscriber) &&
        (only === undefined || one.subscriber === only.subscriber) &&
        (replay.target === undefined || one.kind === 'function'),
    );
    return chosen.map((one) => deliveryOf(replay, event, one, this.#ports.clock.now()));
  }

  async #end(replay: Replay, state: ReplayState, error: string): Promise<void> {
    const ended = this.#ports.clock.now();
    await this.#ports.store.transact((tx) => tx.put(replays, { ...replay, state, error, ended }));
  }

  /** Until something wakes it, or for some time. */
  async #sleep(ms?: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#ports.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

interface Looked {
  readonly candidates: readonly { readonly event: StoredEvent; readonly only?: DeliveryOutcome }[];
  readonly at: number;
  readonly after?: string;
  readonly over: boolean;
}

function wanted(replay: Replay, pattern: Pattern | undefined, event: StoredEvent): boolean {
  if (event.account !== replay.account || event.time < replay.since || event.time >= replay.until) return false;
  return pattern === undefined || matches(pattern, asBusEvent(event));
}

/** Any event as a rule's pattern sees it: those of buses as their rules do, others as a bus would show them. */
function asBusEvent(event: StoredEvent): object {
  const { body, source, type, account, region, subject, time, id } = event;
  if (event.topic === busTopic.name) return seeBusEvent(body as BusEvent).value;
  const when = new Date(time).toISOString();
  return { version: '0', id, source, 'detail-type': type, account, region, time: when, resources: [subject], detail: body };
}

function advanced(
  replay: Replay,
  { at, after, over, candidates, matched, delivered, now }: Looked & { matched: number; delivered: number; now: number },
): Replay {
  return {
    ...replay,
    at,
    ...(after === undefined ? {} : { after }),
    looked: replay.looked + candidates.length,
    matched: replay.matched + matched,
    delivered: replay.delivered + delivered,
    ...(over ? { state: 'done' as const, ended: now } : {}),
  };
}

/** Writes a slice, unless the replay was cancelled meanwhile; answers whether it did. */
async function recordSlice(tx: Transaction, next: Replay, made: readonly Delivery[]): Promise<boolean> {
  const current = await tx.get(replays, [next.account, next.id]);
  if (current?.state !== 'running') return false;
  await tx.put(replays, next);
  for (const delivery of made) await tx.put(deliveries, delivery);
  await addDeliveries(tx, made);
  return true;
}

function deliveryOf(replay: Replay, event: StoredEvent, subscription: Subscription, now: number): Delivery {
  const { account, region, topic, lane, position } = event;
  return {
    id: idOf(`${replay.id}\n${topic}\n${lane}\n${position}\n${subscription.subscriber}`),
    account,
    region,
    topic,
    lane,
    position,
    event: event.id,
    subscriber: subscription.subscriber,
    target: replay.target ?? targetKey(subscription),
    replay: replay.id,
    acceptedAt: now,
    attempts: 0,
    throttles: 0,
    nextAt: now,
  };
}
