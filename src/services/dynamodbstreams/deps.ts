import type { Store } from '../../kernel/index.ts';

/** What the operations need from outside. */
export interface StreamsDeps {
  readonly store: Store;
}
