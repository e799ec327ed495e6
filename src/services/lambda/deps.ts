import type { Clock, Ids, Logger, SecretBox, Store } from '../../kernel/index.ts';
import type {
  Architecture,
  CheckRole,
  EgressPolicy,
  Enqueue,
  EventSources,
  Expect,
  FindTarget,
  MayAct,
  Place,
  PrepareImage,
  PrepareTree,
  ReadObject,
  ResolveImage,
  Retire,
  Run,
} from '../../model/index.ts';

/** What the service needs from outside; compose gives it. */
export interface LambdaDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly secrets: SecretBox;
  readonly run: Run;
  readonly enqueue: Enqueue;
  readonly prepareTree: PrepareTree;
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
  readonly retire: Retire;
  readonly expect: Expect;
  readonly checkRole: CheckRole;
  readonly readObject: ReadObject;
  readonly mayAct: MayAct;
  readonly findTarget: FindTarget;
  /** What event source mappings can poll; asked for late, for it is made after this service. */
  readonly eventSources: () => EventSources;
  /** Runtimes that functions can use on this machine, e.g. `nodejs24.x`. */
  readonly availableRuntimes: () => readonly string[];
  /** Gets what such a runtime needs and this machine has not yet. Rejects with SandboxUnavailable, whose message says what to do. */
  readonly prepareRuntime: (runtime: string) => Promise<void>;
  readonly settings: LambdaSettings;
}

export interface LambdaSettings {
  /** Of this machine. */
  readonly architecture: Architecture;
  /** How long a synchronous call may wait for an environment, in ms; then 429. */
  readonly maxWaitMs: number;
  /** Concurrent invocations of an account in a region, and how many of them cannot be reserved; 1,000 and 100 on AWS. */
  readonly concurrency: number;
  readonly unreservedConcurrency: number;
  /** Bytes of zips that an account may keep in a region; 80,530,636,800 on AWS. */
  readonly codeStorageBytes: number;
  /** Last part of the host names of function URLs, e.g. `localhost`. */
  readonly urlDomain: string;
  /** What functions may reach that have no policy of their own. */
  readonly egress: EgressPolicy;
}

/** What the operations share. */
export interface Lambda extends LambdaDeps {
  /** Prepares the latest edition of a function in the background, after the transaction that asked for it. */
  readonly prepareSoon: (place: Place, name: string) => void;
  /** Says that reserved concurrency changed by so much, after the commit. */
  readonly reservedChanged: (place: Place, by: number) => void;
}
