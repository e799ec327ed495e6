import { type Clock, describe, type Ids, type Logger, Rounds, type Store } from '../../kernel/index.ts';
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

const SWEEP_MS = 15_000;

/** What goes on behind the tables; woken when there is a chore. */
export function createUpkeep(deps: UpkeepDeps): Rounds {
  return new Rounds({
    clock: deps.clock,
    firstMs: 0,
    everyMs: SWEEP_MS,
    round: async (signal) => ((await keepUp(deps, signal)) ? 0 : SWEEP_MS),
    failed: (error) => deps.logger.error('the upkeep of tables failed', { error: describe(error) }),
  });
}

/** Does what is due: filling of indexes, remains of what was deleted, time to live, trimming of streams. Resolves true when chores are left. */
export async function keepUp(deps: UpkeepDeps, signal: AbortSignal): Promise<boolean> {
  const { store, clock } = deps;
  const more = await doChores(store, signal);
  await expireItems(deps, clock.now(), signal);
  await forgetTransactions(store, clock.now(), signal);
  await trimStreams(store, clock.now(), { signal, removed: deps.streamsChanged });
  return more;
}
