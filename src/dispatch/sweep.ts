import { type Clock, describe, type Logger, Rounds, type Service, type Store } from '../kernel/index.ts';
import { sweepOutcomes } from './ledger.ts';

const EVERY_MS = 60_000;
const MORE_MS = 100;

/** Removes old outcomes, effects and remembered ids, in slices. */
export function createSweep({ store, clock, logger }: { store: Store; clock: Clock; logger: Logger }): Service {
  return new Rounds({
    clock,
    everyMs: EVERY_MS,
    round: async () => ((await store.transact((tx) => sweepOutcomes(tx, clock))) ? MORE_MS : EVERY_MS),
    failed: (error) => logger.warn('old outcomes could not be removed', { error: describe(error) }),
  });
}
