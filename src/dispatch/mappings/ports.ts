import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type {
  CountFunction,
  EventSourceMapping,
  EventSources,
  HeldBatch,
  Invoke,
  MayAct,
  MeterIn,
  Put,
  ResolveFunction,
  StoreObject,
} from '../../model/index.ts';
import type { Chains } from './chains.ts';

/** What event source mappings need from outside. */
export interface MappingPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Under the concurrency limits, not metered. */
  readonly execute: Invoke;
  readonly resolveFunction: ResolveFunction;
  readonly meterIn: MeterIn;
  readonly countFunction?: CountFunction;
  readonly mayAct: MayAct;
  readonly put: Put;
  readonly storeObject: StoreObject;
  readonly sources: EventSources;
  /** Invocations at a time in one account and region. */
  readonly concurrency: number;
}

/** What runners share: the ports, and what is known of running chains. */
export interface RunnerPorts extends MappingPorts {
  readonly chains: Chains;
}

/** What polls one mapping's source. */
export interface Runner {
  /** Resolves when it has found where to begin, durably. */
  start(): Promise<void>;
  /** Goes on with other settings, from the next batch on; false when it must be made anew for them. */
  change(mapping: EventSourceMapping): boolean;
  /** Starts no further batch from now on; resolves when those in flight have ended and are recorded. */
  stop(): Promise<void>;
  /** What is held up by a batch that fails; none for queues, whose messages come back by themselves. */
  blocked(): readonly BlockedLane[];
  /** Batches without an outcome: what the function has, or will have again. */
  held(): readonly HeldBatch[];
}

/** A slice of a shard that tries its first batch again and again, or cannot even read it: then it may have no records to show. */
export interface BlockedLane {
  readonly shardId: string;
  readonly slice: number;
  readonly attempts: number;
  readonly records: readonly { readonly sequenceNumber: string; readonly time: number }[];
  /** The first record, as the function gets it. */
  readonly record: unknown;
  /** What the last attempt said, or what went wrong before it. */
  readonly error: string;
  /** Tries it now. */
  readonly retry: () => void;
  /** Gives up its first record; it is put into a queue, topic or bucket when there is an ARN. */
  readonly skip: (to?: string) => void;
}
