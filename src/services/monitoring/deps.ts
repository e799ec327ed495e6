import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { KnownMetrics } from './known-metrics.ts';

/** What the service needs from outside. */
export interface MonitoringPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** What the operations share besides. */
export interface MonitoringDeps extends MonitoringPorts {
  readonly known: KnownMetrics;
}
