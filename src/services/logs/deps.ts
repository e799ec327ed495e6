import type { Clock, Ids, Store } from '../../kernel/index.ts';

/** What the operations need from outside. */
export interface LogsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
}
