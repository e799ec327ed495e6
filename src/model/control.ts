/**
 * Shapes of the control API (`/_dalamb/api`) that the command line and the console read. Times are epoch ms, sizes say their unit.
 */
import type { Delivery, DeliveryOutcome } from './deliveries.ts';
import type { InvocationStatus } from './invocation.ts';

/** `GET /status`. */
export interface PlatformStatus {
  readonly version: string;
  readonly status: string;
  readonly url: string;
  readonly uptimeMs: number;
  readonly auth: 'local' | 'strict';
  readonly services: readonly string[];
  readonly sandbox: { readonly driver: string; readonly isolation: boolean; readonly limits: boolean };
  readonly store: { readonly state: string; readonly detail?: string };
  readonly connections: number;
  readonly requests: number;
}

/** `GET /functions?account&region&after&limit`. */
export interface FunctionList {
  readonly functions: readonly FunctionSummary[];
  /** Give as `after` for the next page. */
  readonly next?: string;
}

export interface FunctionSummary {
  readonly name: string;
  readonly arn: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  /** `Active`, `Pending`, `Failed`, `Inactive`. */
  readonly state: string;
  readonly codeBytes: number;
  readonly modified: number;
}

/** `POST /functions/:name/invoke`; the event is any JSON value. */
export interface InvokeRequest {
  readonly payload?: unknown;
  readonly qualifier?: string;
  /** Answer with the last 4 KB of log. */
  readonly tail?: boolean;
}

/** A function that failed is a result: error names its kind, payload is what it answered. */
export interface InvokeResult {
  readonly requestId: string;
  readonly status: InvocationStatus;
  readonly version: string;
  /** `Unhandled`, when the function failed. */
  readonly functionError?: string;
  /** Parsed JSON; text when it is none. */
  readonly payload: unknown;
  /** UTF-8. */
  readonly log?: string;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly initMs?: number;
  readonly maxMemoryMiB: number;
}

/** `POST /functions/:name/events` (asynchronous); answers when the event is durable. */
export interface EventAccepted {
  readonly requestId: string;
}

/** `GET /logs?group&since&until&filter&after&limit`: oldest first. */
export interface LogPage {
  readonly lines: readonly LogEntry[];
  /** Give as `after` for the next page. */
  readonly next?: string;
}

export interface LogEntry {
  /** Unique in its group; a follower that asks again from the last time on skips the ones it has shown. */
  readonly id: string;
  readonly time: number;
  readonly stream: string;
  readonly text: string;
}

/** `GET /events`: the account's books, one entry a topic. */
export interface EventBooks {
  readonly topics: readonly EventSums[];
  /** What `GET /events/accepted` lists: those topics, and what mappings poll. */
  readonly sources?: readonly string[];
  /** A line for each event source mapping, named `mapping:UUID`. */
  readonly mappings?: readonly EventSums[];
}

export interface EventSums {
  readonly topic: string;
  readonly routed: number;
  readonly unmatched: number;
  readonly deliveries: number;
  readonly inFlight: number;
  readonly delivered: number;
  readonly expired: number;
  readonly 'dead-lettered': number;
  readonly failed: number;
  readonly dropped: number;
}

/** `GET /events/deliveries?state=…`: rows in flight or outcomes. Batches of mappings that are in flight come last. */
export interface DeliveryList {
  readonly deliveries: readonly (Partial<DeliveryOutcome> &
    Partial<Pick<Delivery, 'lastError' | 'retryAt'>> & { readonly id: string; readonly target: string })[];
  readonly next?: string;
}

/** `GET /events/trace/:id`: what began it, and everything that came of that. */
export interface Trace {
  readonly id: string;
  /** The synchronous invocation that began it, if one did. */
  readonly invocation?: string;
  readonly events: readonly TraceEvent[];
  /** There was more. */
  readonly truncated: boolean;
}

/** type, source and subject are there while the event is kept. */
export interface TraceEvent {
  readonly id: string;
  readonly topic: string;
  readonly lane: number;
  readonly position: number;
  readonly time: number;
  readonly type?: string;
  readonly source?: string;
  readonly subject?: string;
  readonly deliveries: readonly TraceDelivery[];
}

export interface TraceDelivery {
  readonly id: string;
  readonly subscriber: string;
  readonly target: string;
  readonly attempts: number;
  /** `in-flight`, or the outcome. */
  readonly state: string;
  readonly reason?: string;
  readonly error?: string;
  readonly deadLetter?: string;
  readonly replay?: string;
  readonly time?: number;
  /** Of a mapping's batch: how many records. */
  readonly size?: number;
  readonly caused: readonly TraceEvent[];
}

/** `GET /events/accepted?topic&since&until&type&after&limit`: newest first. position: 0 for messages of queues, which are no events. */
export interface AcceptedEvents {
  readonly events: readonly AcceptedEvent[];
  readonly next?: string;
}

export interface AcceptedEvent {
  readonly id: string;
  readonly topic: string;
  readonly position: number;
  readonly time: number;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly cause?: string;
}

/** `GET /runtimes`. */
export interface RuntimeList {
  readonly runtimes: readonly { readonly name: string; readonly available: boolean; readonly detail?: string }[];
}

/** `GET /keys`, `DELETE /keys/:id`. */
export interface KeyList {
  readonly keys: readonly {
    readonly accessKeyId: string;
    readonly account: string;
    readonly created: number;
    readonly note?: string;
  }[];
}

/** `POST /keys`; secret and token are shown this once. */
export interface KeyCreated {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  /** Bearer token for the control API. */
  readonly token?: string;
}

/** `GET /registries`: logins at other registries. */
export interface RegistryList {
  readonly registries: readonly RegistryLogin[];
}

/** `PUT /registries/:host`. */
export interface RegistryLogin {
  readonly host: string;
  readonly user: string;
  /** Epoch ms. */
  readonly created: number;
}

/** `PUT /images/:name?tag=`. */
export interface ImagePushed {
  /** `HOST:PORT/NAME:TAG`, as the client reached us. */
  readonly uri: string;
  /** `sha256:…`. */
  readonly digest: string;
  /** Of its configuration and layers. */
  readonly bytes: number;
}
