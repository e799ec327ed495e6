import { type Clock, describe, isFailure, type Logger, type Store, type StoredEvent, type Transaction } from '../kernel/index.ts';
import { type CountTopic, type Delivery, deliveries, type MeterIn } from '../model/index.ts';
import { recordTried } from './delivery-counts.ts';
import { brokenPut, tryPut } from './puts.ts';
import { type Match, type PutSubscription, replayed, type Subscription } from './subscription.ts';
import { type TryPorts, tryOnce } from './try.ts';

export interface DelivererPorts extends TryPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly matchers: ReadonlyMap<string, Match>;
  readonly meterIn: MeterIn;
  readonly countTopic: CountTopic;
  /** Attempts at a time for one target and for all. */
  readonly perTarget: number;
  readonly inAll: number;
}

interface Lane {
  /** Being tried now. */
  readonly active: Set<string>;
  /** Rows in the store that wait for their turn (not for a retry). */
  waiting: number;
  pumping: boolean;
}

const STORE_PAUSE_MS = 1000;

/**
 * Tries deliveries: at most perTarget at a time for each function, so that a slow one holds up nobody else; what is beyond that waits as
 * rows in the store, in order of arrival. Memory is bounded by inAll, whatever the backlog.
 */
export class Deliverer {
  readonly #ports: DelivererPorts;
  readonly #lanes = new Map<string, Lane>();
  readonly #starved = new Set<string>();
  #active = 0;
  #cancelAlarm: (() => void) | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(ports: DelivererPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier run left: everything that was being tried is tried again. */
  async resume(): Promise<void> {
    const { store } = this.#ports;
    let after: [string] | undefined;
    do {
      const page = await store.read.range(deliveries, { limit: 1000, ...(after ? { after } : {}) });
      for (const row of page.items) {
        if (row.retryAt === undefined) this.#lane(row.target).waiting += 1;
        else this.#setAlarm(row.retryAt);
      }
      after = page.next as [string] | undefined;
    } while (after);
    for (const target of this.#lanes.keys()) this.#pump(target);
  }

  /** Whether a new delivery would start at once; if not it is left to wait in the store. */
  hasRoom(target: string): boolean {
    const lane = this.#lane(target);
    return !this.#stopped && this.#active < this.#ports.inAll && lane.waiting === 0 && lane.active.size < this.#ports.perTarget;
  }

  /** Starts a delivery whose row is on its way into the store; recorded resolves when it is there. */
  begin(
    delivery: Delivery,
    event: StoredEvent,
    subscription: Exclude<Subscription, PutSubscription>,
    recorded: Promise<unknown>,
  ): void {
    this.#track(delivery, this.#deliver(delivery, event, subscription, recorded));
  }

  /** Counts a delivery whose row is in the store and waits. */
  wait(target: string): void {
    this.#lane(target).waiting += 1;
    this.#pump(target);
  }

  /** Says when a retry is due whose row was written elsewhere. */
  alarm(at: number | undefined): void {
    if (at !== undefined && Number.isFinite(at)) this.#setAlarm(at);
  }

  active(): number {
    return this.#active;
  }

  /** Starts nothing more; resolves when what runs has ended, or when the deadline aborts (it is then tried again after the next start). */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#cancelAlarm?.();
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      if (deadline.aborted) resolve();
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #lane(target: string): Lane {
    let lane = this.#lanes.get(target);
    if (!lane) {
      lane = { active: new Set(), waiting: 0, pumping: false };
      this.#lanes.set(target, lane);
    }
    return lane;
  }

  #track(delivery: Delivery, work: Promise<void>): void {
    const lane = this.#lane(delivery.target);
    lane.active.add(delivery.id);
    this.#active += 1;
    work
      .catch((error) =>
        this.#ports.logger.error('a delivery could not be recorded', { delivery: delivery.id, error: describe(error) }),
      )
      .finally(() => {
        lane.active.delete(delivery.id);
        this.#active -= 1;
        if (this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
        this.#freed(delivery.target);
      });
  }

  /** A place became free: first the same target's next one, then targets that were held up by the limit for all. */
  #freed(target: string): void {
    const lane = this.#lane(target);
    if (lane.waiting > 0) this.#pump(target);
    else if (lane.active.size === 0) this.#lanes.delete(target);
    for (const other of this.#starved) {
      if (this.#active >= this.#ports.inAll) return;
      this.#starved.delete(other);
      this.#pump(other);
    }
  }

  /** Starts waiting rows of a target as far as there is room. */
  #pump(target: string): void {
    const lane = this.#lane(target);
    if (this.#stopped || lane.pumping || lane.waiting === 0 || lane.active.size >= this.#ports.perTarget) return;
    if (this.#active >= this.#ports.inAll) {
      this.#starved.add(target);
      return;
    }
    lane.pumping = true;
    this.#load(target, lane)
      .catch((error) => {
        this.#ports.logger.error('waiting deliveries could not be read', { target, error: describe(error) });
        this.#ports.clock.after(STORE_PAUSE_MS, () => this.#pump(target));
        return true;
      })
      .then((settled) => {
        lane.pumping = false;
        if (!settled) this.#pump(target);
      });
  }

  /** Resolves to true when there was nothing to start, so that the pump rests until something changes. */
  async #load(target: string, lane: Lane): Promise<boolean> {
    const { store, clock, perTarget } = this.#ports;
    const limit = Math.min(1000, perTarget + lane.active.size);
    const page = await store.read.range(deliveries, { index: 'target', prefix: [target], to: [clock.now() + 1], limit });
    let started = 0;
    for (const row of page.items) {
      if (lane.active.size >= perTarget || this.#active >= this.#ports.inAll) break;
      if (lane.active.has(row.id) || row.retryAt !== undefined) continue;
      lane.waiting -= 1;
      started += 1;
      this.#track(row, this.#deliverStored(row));
    }
    if (started === 0 && page.next === undefined) lane.waiting = 0;
    return started === 0;
  }

  async #deliverStored(row: Delivery): Promise<void> {
    const [event] = await this.#ports.store.read.events(row.topic, row.lane, row.position, 1);
    const subscriptions = event?.position === row.position ? await this.#ports.matchers.get(row.topic)?.(event) : undefined;
    const found = subscriptions?.find(({ subscriber }) => subscriber === row.subscriber);
    const subscription = found && replayed(row, found);
    if (event && subscription) {
      if (subscription.kind === 'put') return this.#putStored(row, subscription);
      return this.#deliver(row, event, subscription, Promise.resolve());
    }
    const kept = event?.position === row.position;
    const reason = kept ? `${row.subscriber} was removed` : 'the event is no longer kept';
    const step = { step: 'end', outcome: kept ? 'dropped' : 'expired', reason } as const;
    const tried = { delivery: row, step, now: this.#ports.clock.now(), ran: false };
    await this.#record((tx) => recordTried(tx, tried, this.#ports));
  }

  /** A put that fails as none should is tried again as if its target were busy. */
  async #putStored(row: Delivery, subscription: PutSubscription): Promise<void> {
    const { put, clock, store } = this.#ports;
    const permitted = await subscription.permitted();
    const { retryAt: _, ...delivery } = row;
    const once = async (tx: Transaction, broken?: unknown) => {
      const what = { delivery, subscription, permitted, now: clock.now() };
      const done = broken === undefined ? await tryPut(tx, put, what) : brokenPut(put, what, broken);
      await recordTried(tx, done, this.#ports);
      return done;
    };
    let broken: unknown;
    const tried = await store
      .transact((tx) => once(tx))
      .catch((error) => {
        if (!isStoreFailure(error)) broken = error;
        return this.#record((tx) => once(tx, broken));
      });
    if (tried?.step.step === 'retry') this.#setAlarm(tried.step.at);
  }

  async #deliver(
    delivery: Delivery,
    event: StoredEvent,
    subscription: Exclude<Subscription, PutSubscription>,
    recorded: Promise<unknown>,
  ): Promise<void> {
    const { retryAt: _, ...row } = delivery;
    const tried = await tryOnce(this.#ports, row, event, subscription);
    await recorded;
    await this.#record((tx) => recordTried(tx, tried, this.#ports));
    if (tried.step.step === 'retry') this.#setAlarm(tried.step.at);
  }

  /** What happened must be written: while the disk is full this waits and tries again. */
  async #record<T>(fn: (tx: Transaction) => Promise<T>): Promise<T | undefined> {
    return transactUntilDone(this.#ports, fn, () => this.#stopped);
  }

  #setAlarm(at: number): void {
    if (this.#stopped || at >= this.#alarmAt) return;
    this.#cancelAlarm?.();
    this.#alarmAt = at;
    this.#cancelAlarm = this.#ports.clock.after(at - this.#ports.clock.now(), () => void this.#ring());
  }

  /** Retries that are due join the waiting ones of their target. */
  async #ring(): Promise<void> {
    const { store, clock } = this.#ports;
    this.#alarmAt = Number.POSITIVE_INFINITY;
    const due = await transactUntilDone(
      this.#ports,
      async (tx) => {
        const { items } = await tx.range(deliveries, { index: 'due', to: [clock.now() + 1], limit: 500 });
        for (const { retryAt: _, ...row } of items) await tx.put(deliveries, row);
        return items;
      },
      () => this.#stopped,
    );
    for (const row of due ?? []) this.wait(row.target);
    const { items } = await store.read.range(deliveries, { index: 'due', limit: 1 });
    if (items[0]?.retryAt !== undefined) this.#setAlarm(items[0].retryAt);
  }
}

interface Persistent {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each refusal, instead of the log. */
  readonly refused?: (error: unknown) => void;
}

/** Runs a transaction that must happen, again and again while the store refuses it (a full disk); undefined once stopped. */
export async function transactUntilDone<T>(
  ports: Persistent,
  fn: (tx: Transaction) => Promise<T>,
  stopped: () => boolean,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await ports.store.transact(fn);
    } catch (error) {
      if (stopped()) return undefined;
      if (ports.refused) ports.refused(error);
      else ports.logger.warn('the store refused a write, trying again', { error: describe(error) });
      await new Promise<void>((resolve) => ports.clock.after(STORE_PAUSE_MS, resolve));
    }
  }
}

/** Whether the store refused, and not what was done in it. */
export function isStoreFailure(error: unknown): boolean {
  return isFailure(error) && error.code.startsWith('Store');
}
