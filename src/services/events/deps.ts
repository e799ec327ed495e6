import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { CheckRole } from '../../model/index.ts';

/** What the operations need from outside. */
export interface EventsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly checkRole: CheckRole;
}
