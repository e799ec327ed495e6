import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { MayInvoke, Put } from '../../model/index.ts';

/** What the operations need from outside. */
export interface S3Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly mayInvoke: MayInvoke;
  /** Test events to queues and topics. */
  readonly put: Put;
}
