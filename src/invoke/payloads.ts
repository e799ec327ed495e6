import type { Exit } from '../sandbox/index.ts';
import type { InitOutcome } from './launch.ts';

/** What the platform itself answers for a function (spec/invoke.md §3.2). errorType is for the report. */
export interface PlatformError {
  readonly errorType: string;
  readonly payload: Buffer;
}

export function platformError(requestId: string, errorType: string, text: string): PlatformError {
  return {
    errorType,
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` })),
  };
}

export function timedOut(requestId: string, timeoutMs: number): PlatformError {
  return platformError(requestId, 'Sandbox.Timedout', `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
}

const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGINT: 'interrupt',
  SIGHUP: 'hangup',
  SIGFPE: 'floating point exception',
  SIGPIPE: 'broken pipe',
  SIGSYS: 'bad system call',
};

/** `exit status 1`, `signal: killed`; undefined for code 0. */
export function exitReason(exit: Exit): string | undefined {
  if (exit.oom) return 'signal: killed';
  if (exit.signal !== undefined) return `signal: ${SIGNALS[exit.signal] ?? exit.signal}`;
  return exit.code ? `exit status ${exit.code}` : undefined;
}

export function runtimeExited(requestId: string, exit: Exit): PlatformError {
  const reason = exitReason(exit);
  const text = reason === undefined ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
  return platformError(requestId, exit.oom ? 'Runtime.OutOfMemory' : 'Runtime.ExitError', text);
}

export const responseTooLarge: PlatformError = {
  errorType: 'Function.ResponseSizeTooLarge',
  payload: Buffer.from(
    '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
  ),
};

/** Why an environment could not be initialised, for people: `Runtime.ImportModuleError: No module named 'x'`. */
export function initFailure(outcome: Exclude<InitOutcome, { kind: 'ready' } | { kind: 'timeout' }>): string {
  if (outcome.kind === 'refused') return `${outcome.errorType}: ${outcome.text}`;
  const { errorType, payload } = failureOf('', outcome);
  return `${errorType}: ${messageOf(payload) ?? 'it says no more'}`;
}

function messageOf(payload: Buffer): string | undefined {
  try {
    const { errorMessage, trace } = JSON.parse(payload.toString()) as { errorMessage?: unknown; trace?: unknown };
    if (typeof errorMessage !== 'string') return undefined;
    const [, place] = /^ {4}at \/var\/task\/(\S+:\d+)$/.exec(Array.isArray(trace) ? String(trace[1]) : '') ?? []; // of a file that cannot be parsed
    return errorMessage.replace(/^RequestId: \S* ?Error: /, '') + (place === undefined ? '' : ` (${place})`);
  } catch {
    return undefined;
  }
}

/** What the call gets whose environment could not be initialised. */
export function failureOf(
  requestId: string,
  outcome: Exclude<InitOutcome, { kind: 'ready' } | { kind: 'timeout' }>,
): PlatformError {
  if (outcome.kind === 'error') return outcome;
  if (outcome.kind === 'exit') return runtimeExited(requestId, outcome.exit);
  return platformError(requestId, outcome.errorType, outcome.text);
}
