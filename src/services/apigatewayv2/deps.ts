import type { Clock, Ids, Store } from '../../kernel/index.ts';

/** What the service needs from outside; compose gives it. */
export interface ApiGatewayDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Last part of the host names of APIs, e.g. `localhost`. */
  readonly urlDomain: string;
}
