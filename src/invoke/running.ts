import type { Call, Outcome, Report } from '../model/index.ts';
import type { RuntimeCall } from './link.ts';

/** One call while it is in an environment. */
export interface Running {
  readonly call: Call;
  /** Monotonic ms; of an offer: when the call before it was over. */
  readonly startedAt: number;
  /** Monotonic ms at which the runtime was handed it: not after startedAt. */
  readonly sentAt: number;
  /** Epoch ms at which the function must have answered. */
  readonly deadline: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  /** Counters of the environment at the start. */
  readonly egressBefore: number;
  /** What the function (or the platform for it) answered; only the first answer counts. */
  answer: Answer | undefined;
  report: Report | undefined;
  /** The runtime has asked for the next call, or is gone. */
  done: boolean;
  /** Its last lines are written. */
  told: boolean;
}

/** Who waits for a call's outcome. */
export type Asked = Pick<Running, 'call' | 'resolve' | 'reject'>;

/** A call that begins. */
export function beginning(asked: Asked, facts: Pick<Running, 'startedAt' | 'sentAt' | 'deadline' | 'egressBefore'>): Running {
  const { call, resolve, reject } = asked;
  const { startedAt, sentAt, deadline, egressBefore } = facts;
  return {
    call,
    startedAt,
    sentAt,
    deadline,
    resolve,
    reject,
    egressBefore,
    answer: undefined,
    report: undefined,
    done: false,
    told: false,
  };
}

/** deadline: epoch ms; of an offer: ms from its beginning. */
export function requestOf(call: Call, deadline: number): RuntimeCall {
  return {
    requestId: call.requestId,
    payload: call.payload,
    contentType: call.contentType ?? 'application/json',
    deadline,
    arn: call.invokedArn,
    traceId: call.traceId,
    clientContext: call.clientContext,
  };
}

export interface Answer {
  readonly status: Report['status'];
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly errorType?: string;
  /** Monotonic ms. */
  readonly at: number;
  /** What the runtime says that it took. */
  readonly tookMs?: number;
}

export interface ReportFacts {
  readonly initMs: number | undefined;
  readonly billInit: boolean;
  readonly maxMemoryMiB: number;
  readonly egressBytes: number;
}

export function makeReport(run: Running, answer: Answer, facts: ReportFacts): Report {
  // An offer's answer may come in one read with the one before it; what the runtime says counts as far as it can be true.
  const durationMs = Math.max(answer.at - run.startedAt, Math.min(answer.tookMs ?? 0, answer.at - run.sentAt));
  const billedInit = facts.billInit ? (facts.initMs ?? 0) : 0;
  return {
    requestId: run.call.requestId,
    status: answer.status,
    errorType: answer.errorType,
    durationMs,
    billedMs: Math.max(1, Math.ceil(durationMs + billedInit)),
    initMs: facts.initMs,
    memoryMiB: run.call.function.memoryMiB,
    maxMemoryMiB: facts.maxMemoryMiB,
    egressBytes: facts.egressBytes,
  };
}

export function makeOutcome(run: Running, answer: Answer, environment: string, logTail: Uint8Array | undefined): Outcome {
  return {
    payload: answer.payload,
    contentType: answer.contentType,
    functionError: answer.status === 'success' ? undefined : 'Unhandled',
    executedVersion: run.call.function.version,
    logTail,
    report: run.report!,
    environment,
    traceId: run.call.traceId,
  };
}
