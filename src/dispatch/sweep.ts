import { type Clock, describe, type Logger, type Service, type Store } from '../kernel/index.ts';
import { sweepOutcomes } from './ledger.ts';

const EVERY_MS = 60_000;
const MORE_MS = 100;

/** Removes old outcomes, effects and remembered ids, in slices. */
export function createSweep({ store, clock, logger }: { store: Store; clock: Clock; logger: Logger }): Service {
  let stopped = false;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();
  const sweep = async () => {
    const more = await store
      .transact((tx) => sweepOutcomes(tx, clock))
      .catch((error) => {
        logger.warn('old outcomes could not be removed', { error: describe(error) });
        return false;
      });
    again(more ? MORE_MS : EVERY_MS);
  };
  const again = (ms: number) => {
    if (stopped) return;
    cancel = clock.after(ms, () => {
      running = sweep();
    });
  };
  return {
    async start() {
      again(EVERY_MS);
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
