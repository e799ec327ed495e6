import {
  type Clock,
  describe,
  type Logger,
  Rounds,
  SET_BACK_MS,
  type Service,
  type Store,
  setBackWatch,
} from '../kernel/index.ts';
import { type Delivery, deliveries, outcomes } from '../model/index.ts';

export interface SetBackPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The deliverer's: a delivery waits for its turn; a retry is due at a time. */
  readonly waits: (target: string) => void;
  readonly due: (at: number) => void;
}

const LOOK_MS = 5_000;
const PAGE = 500;

/**
 * Sees to it that a clock which is set back holds up no delivery for that long: what waits, and what is to be tried again, does so as much
 * earlier. At the start the clock is taken to be behind by what the newest time in the store is ahead of it. Looks through the deliveries
 * only then; else it costs a look at the clock every five seconds.
 */
export function createSetBack(ports: SetBackPorts): Service {
  const { store, clock, logger } = ports;
  const setBack = setBackWatch(clock);
  let started = false;
  let by = 0;
  return new Rounds({
    clock,
    firstMs: 0,
    everyMs: LOOK_MS,
    round: async (signal) => {
      by += setBack();
      if (!started) by = Math.max(by, (await newestTime(store)) - clock.now());
      // What was tried since the clock was set back counts by the new time: it is due sooner than all from before.
      const from = clock.now() + (started ? Math.max(1, by - LOOK_MS - SET_BACK_MS) : 1);
      if (by > SET_BACK_MS) await hasten(ports, { by, from }, signal);
      started = true;
      by = 0;
    },
    failed: (error) => logger.warn('deliveries could not be set back with the clock, trying again', { error: describe(error) }),
  });
}

/** Epoch ms of the latest thing that has happened to a delivery; 0: there is none. */
async function newestTime({ read }: Store): Promise<number> {
  const [ended] = (await read.range(outcomes, { index: 'time', reverse: true, limit: 1 })).items;
  let newest = ended?.time ?? 0;
  for await (const row of pages(read)) newest = Math.max(newest, row.acceptedAt, row.retryAt === undefined ? row.nextAt : 0);
  return newest;
}

async function* pages(read: Store['read'], signal?: AbortSignal): AsyncGenerator<Delivery> {
  let after: readonly string[] | undefined;
  do {
    const page = await read.range(deliveries, { ...(after ? { after } : {}), limit: PAGE });
    yield* page.items;
    after = page.next as readonly string[] | undefined;
  } while (after && !signal?.aborted);
}

interface Hastening {
  /** Ms by which what is due from an epoch ms on is due earlier. */
  readonly by: number;
  readonly from: number;
}

async function hasten(ports: SetBackPorts, { by, from }: Hastening, signal: AbortSignal): Promise<void> {
  const { store, clock, waits, due } = ports;
  for await (const row of pages(store.read, signal)) {
    if (!isLate(row, clock.now(), from)) continue;
    const changed = await store.transact(async (tx) => {
      const there = await tx.get(deliveries, [row.id]);
      if (!there || !isLate(there, clock.now(), from)) return undefined;
      const at = there.nextAt - by;
      const next: Delivery = { ...there, nextAt: at, ...(there.retryAt === undefined ? {} : { retryAt: at }) };
      await tx.put(deliveries, next);
      return next;
    });
    if (changed?.retryAt !== undefined) due(changed.retryAt);
    else if (changed) waits(changed.target);
  }
}

/** What waits for its turn bears a time that has been. */
function isLate({ retryAt, nextAt }: Delivery, now: number, from: number): boolean {
  return retryAt === undefined ? nextAt > now : retryAt >= from;
}
