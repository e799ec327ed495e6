import type { Clock, Logger, Store } from '../../kernel/index.ts';
import type { CheckRole } from '../../model/index.ts';

/** What the operations need from outside. */
export interface SchedulerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkRole: CheckRole;
}
