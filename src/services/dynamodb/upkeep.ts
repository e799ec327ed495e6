import { type Clock, describe, type Ids, type Logger, type Service, type Store } from '../../kernel/index.ts';
import { doChores } from './chores.ts';
import { forgetTransactions } from './done-transactions.ts';
import { expireItems } from './expire-items.ts';
import { trimStreams } from './trim-streams.ts';

export interface UpkeepDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly streamsChanged: (streamArn: string) => void;
}

export interface Upkeep extends Service {
  /** There is a chore: does it soon. */
  wake(): void;
  /** Does now what is due; for tests. */
  run(): Promise<void>;
}

const SWEEP_MS = 15_000;
const SOON_MS = 1;

/** What goes on behind the tables: time to live, trimming of streams, filling of indexes, and the remains of what was deleted. */
export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { store, clock } = deps;
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  let started = false;
  let cancel = () => {};
  const sweep = async () => {
    const { signal } = ending;
    if (await doChores(store, signal)) again = true;
    await expireItems(deps, clock.now(), signal);
    await forgetTransactions(store, clock.now(), signal);
    await trimStreams(store, clock.now(), { signal, removed: deps.streamsChanged });
  };
  const arm = (ms: number) => {
    cancel();
    if (started && !ending.signal.aborted) cancel = clock.after(ms, () => void run());
  };
  const run = (): Promise<void> => {
    running ??= sweep()
      .catch((error) => {
        if (!ending.signal.aborted) deps.logger.error('the upkeep of tables failed', { error: describe(error) });
      })
      .finally(() => {
        running = undefined;
        arm(again ? SOON_MS : SWEEP_MS);
        again = false;
      });
    return running;
  };
  return {
    run,
    wake() {
      if (running) again = true;
      else arm(SOON_MS);
    },
    async start() {
      started = true;
      arm(SOON_MS);
    },
    async stop() {
      ending.abort();
      cancel();
      await running;
    },
  };
}
