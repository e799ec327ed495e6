import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { Layouts } from './layouts.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Throttles } from './throttles.ts';
import type { Watchers } from './watchers.ts';

/** What the service needs from outside. */
export interface KinesisPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** What the operations share besides. */
export interface KinesisDeps extends KinesisPorts {
  readonly layouts: Layouts;
  readonly throttles: Throttles;
  readonly subscriptions: Subscriptions;
  readonly watchers: Watchers;
}
