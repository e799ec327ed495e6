import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { MayAct, OpenMetrics } from '../../model/index.ts';
import type { Bells } from './bells.ts';
import type { Flights } from './in-flight.ts';
import type { MessageIds } from './message-ids.ts';
import type { QueueMetrics } from './queue-metrics.ts';

/** What the service needs from outside. */
export interface SqsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly mayAct: MayAct;
  readonly openMetrics?: OpenMetrics;
}

/** What its operations work with. */
export interface SqsDeps extends SqsPorts {
  readonly bells: Bells;
  readonly flights: Flights;
  readonly messageId: MessageIds;
  readonly metrics: QueueMetrics;
  /** Tells the sweep that there is something to do, and the mover that there is a task. */
  readonly wakeSweep: () => void;
  readonly wakeMover: () => void;
}
