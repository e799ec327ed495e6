import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Ids, Store } from '../../kernel/index.ts';
import { builders } from '../collections.ts';
import { buildFailed, unlessAborted } from './refusals.ts';

const HOLD_MS = 15_000;
const RENEW_MS = 5_000;
const LOOK_MS = 250;
/** Builds that wait for a builder. */
const MOST_WAITING = 100;

export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once when no place is free. */
  readonly waits: () => void;
}

export interface Leases {
  /** Runs the work while one of the builders' places is held, in order of arrival; a place is free again when its holder is gone for 15 s. */
  hold<T>(who: Waiting, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function createLeases(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly places: number;
}): Leases {
  const { store, clock, ids, places } = options;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const take = (holder: string) =>
    store.transact(async (tx) => {
      const now = clock.now();
      for (let place = 0; place < places; place++) {
        const row = await tx.get(builders, [place]);
        if (row && row.until > now) continue;
        await tx.put(builders, { place, holder, until: now + HOLD_MS });
        return place;
      }
      return undefined;
    });
  const keep = (place: number, holder: string, until: number | undefined) =>
    store.transact(async (tx) => {
      const row = await tx.get(builders, [place]);
      if (row?.holder !== holder) return false;
      if (until === undefined) await tx.delete(builders, [place]);
      else await tx.put(builders, { place, holder, until });
      return true;
    });
  const untilTaken = async (holder: string, { signal, waits }: Waiting): Promise<number> => {
    for (let looks = 0; ; looks++) {
      signal.throwIfAborted();
      const place = await take(holder);
      if (place !== undefined) return place;
      if (looks === 0) waits();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {}); // aborted: the signal knows why
    }
  };
  return {
    async hold({ signal, waits }, work) {
      if (waiting >= MOST_WAITING) throw buildFailed(`${MOST_WAITING} builds are waiting already: push again later`);
      const holder = ids.hex(8);
      waiting++;
      const taking = turn.then(() => untilTaken(holder, { signal, waits }));
      turn = taking.catch(() => {});
      const place = await unlessAborted(signal, taking)
        .catch((error) => {
          taking.then((late) => keep(late, holder, undefined)).catch(() => {});
          throw error;
        })
        .finally(() => waiting--);
      const lost = new AbortController();
      const renewing = setInterval(async () => {
        const kept = await keep(place, holder, clock.now() + HOLD_MS).catch(() => true); // the store says so itself, to the work too
        if (!kept) lost.abort(buildFailed('its place among the builders was taken: push again'));
      }, RENEW_MS);
      try {
        return await work(AbortSignal.any([signal, lost.signal]));
      } finally {
        clearInterval(renewing);
        await keep(place, holder, undefined).catch(() => {}); // it lapses
      }
    },
  };
}
