import type { Clock, Ids, Store } from '../../kernel/index.ts';

/** What the operations need from outside. */
export interface DynamoDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Says that there is background work to do. */
  readonly wake: () => void;
  /** Says that a table's streams were made, closed or removed. */
  readonly streamsChanged: (streamArn: string) => void;
}
