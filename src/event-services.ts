import type { Clock, Ids, Store } from './kernel/index.ts';
import { type Authorize, type Put, putBy, type QueueSource, type ServiceTable, type StreamSource } from './model/index.ts';

export interface EventServicePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly authorize: Authorize;
}

export interface EventServices {
  /** By the names of the wire. */
  readonly tables: Readonly<Record<string, ServiceTable>>;
  readonly put: Put;
  readonly queues?: QueueSource;
  /** By the service of the stream's ARN. */
  readonly streams: Readonly<Record<string, StreamSource>>;
}

/** The services that events come from and go to, and what dispatch reaches of them: a line for each. */
export function eventServices(_ports: EventServicePorts): EventServices {
  return { tables: {}, put: putBy({}), streams: {} };
}
