import type { Clock, Ids, Store } from '../../kernel/index.ts';
import type { MayInvoke } from '../../model/index.ts';

/** What the operations need from outside. */
export interface S3Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly mayInvoke: MayInvoke;
}
