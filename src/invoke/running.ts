import type { Call, Outcome, Report } from '../model/index.ts';

/** One call while it is in an environment. */
export interface Running {
  readonly call: Call;
  /** Monotonic ms. */
  readonly startedAt: number;
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

export interface Answer {
  readonly status: Report['status'];
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly errorType?: string;
  /** Monotonic ms. */
  readonly at: number;
}

export interface ReportFacts {
  readonly initMs: number | undefined;
  readonly billInit: boolean;
  readonly maxMemoryMiB: number;
  readonly egressBytes: number;
}

export function makeReport(run: Running, answer: Answer, facts: ReportFacts): Report {
  const durationMs = answer.at - run.startedAt;
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
