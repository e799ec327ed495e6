import type { Clock, Ids, Store } from '../../kernel/index.ts';
import type { CheckRole, MayAct, MayInvoke, Put, RecordMetrics } from '../../model/index.ts';

/** What the operations need from outside. */
export interface LogsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What destinations of subscription filters are asked by. */
  readonly mayInvoke: MayInvoke;
  readonly mayAct: MayAct;
  readonly checkRole: CheckRole;
  readonly put: Put;
  /** Takes the metrics that lines tell of. */
  readonly recordMetrics?: RecordMetrics;
}
