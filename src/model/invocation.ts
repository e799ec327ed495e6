import type { FunctionSpec } from './functions.ts';

/** One invocation to run now, in one environment. */
export interface Call {
  readonly function: FunctionSpec;
  /** UUID; the same on every attempt of one asynchronous event. */
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly contentType?: string;
  /** The ARN as the caller wrote it (qualified if they qualified it). */
  readonly invokedArn: string;
  /** Decoded JSON text. */
  readonly clientContext?: string;
  /** `Root=1-…;Parent=…;Sampled=0`. */
  readonly traceId?: string;
  /** Keep the last 4 KB of log for the caller. */
  readonly logTail: boolean;
  /** How long the call may wait for an environment, in ms; then it rejects with TooManyRequestsException. */
  readonly maxWaitMs: number;
}

export type InvocationStatus = 'success' | 'error' | 'timeout';

/** Meter of one invocation (DESIGN §4). Durations in ms with two decimals of meaning, billed in whole ms. */
export interface Report {
  readonly requestId: string;
  readonly status: InvocationStatus;
  /** e.g. `Runtime.ExitError`; set when status is not success. */
  readonly errorType?: string;
  readonly durationMs: number;
  readonly billedMs: number;
  /** Only on the invocation that started the environment. */
  readonly initMs?: number;
  readonly memoryMiB: number;
  readonly maxMemoryMiB: number;
  /** Bytes sent and received through egress during this invocation. */
  readonly egressBytes: number;
}

/** What came of it. A function that failed is a result, not an error. */
export interface Outcome {
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly functionError?: 'Unhandled';
  readonly executedVersion: string;
  /** Last 4 KB of log, START to REPORT, when asked for. */
  readonly logTail?: Uint8Array;
  readonly report: Report;
  readonly environment: string;
  readonly traceId?: string;
}

/** One invocation for bills and metrics. */
export interface MeterRecord extends Report {
  readonly account: string;
  readonly region: string;
  readonly function: string;
  readonly version: string;
  /** Epoch ms of the start. */
  readonly time: number;
  readonly kind: 'sync' | 'async' | 'url' | 'mapping';
  readonly environment: string;
}

/** Body of an event of the topic of meters. */
export interface MeteredInvocations {
  readonly records: readonly MeterRecord[];
}

/** Where lines go: one stream per environment. */
export interface LogStream {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogLine {
  /** Epoch ms. */
  readonly time: number;
  /** Without the final line feed. */
  readonly text: string;
}
