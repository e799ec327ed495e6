/** The rules of asynchronous invocation (spec/invoke.md §5), as decisions without I/O. */

export interface AsyncSettings {
  /** 0 to 2. */
  readonly maxRetries: number;
  /** 60,000 to 21,600,000. */
  readonly maxAgeMs: number;
  /** ARNs of what is told of the end (spec/invoke.md §5.1). */
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

export const defaultAsyncSettings: AsyncSettings = { maxRetries: 2, maxAgeMs: 21_600_000 };

/** How one attempt went. throttled: 429 or 5xx before the function ran; it does not use up an attempt. */
export type AttemptResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'function-error'; readonly errorType: string }
  | { readonly kind: 'throttled'; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'zero-concurrency' }
  | { readonly kind: 'recursive' };

export interface AttemptState {
  /** Attempts in which the function ran, this one included. */
  readonly attempts: number;
  /** Throttles in a row, this one included. */
  readonly throttles: number;
  /** Epoch ms. */
  readonly acceptedAt: number;
  readonly now: number;
}

/** Exactly one ends a delivery (DESIGN §4). */
export type OutcomeKind = 'delivered' | 'expired' | 'dead-lettered' | 'failed' | 'dropped';

export type NextStep =
  | { readonly step: 'end'; readonly outcome: OutcomeKind; readonly reason: string }
  | { readonly step: 'retry'; readonly at: number; readonly reason: string };

const RETRY_DELAYS_MS = [60_000, 120_000];
const LONGEST_BACKOFF_MS = 300_000;

/** What happens after an attempt. Gives up at once when the next attempt would come after the maximum age. */
export function afterAttempt(settings: AsyncSettings, state: AttemptState, result: AttemptResult): NextStep {
  switch (result.kind) {
    case 'success':
      return { step: 'end', outcome: 'delivered', reason: 'Success' };
    case 'gone':
      return { step: 'end', outcome: 'dropped', reason: result.reason };
    case 'refused':
      return { step: 'end', outcome: 'failed', reason: result.reason };
    case 'zero-concurrency':
      return { step: 'end', outcome: 'failed', reason: 'ZeroReservedConcurrency' };
    case 'recursive':
      return { step: 'end', outcome: 'failed', reason: 'RecursiveInvocation' };
    case 'function-error':
      if (state.attempts > settings.maxRetries) return { step: 'end', outcome: 'failed', reason: 'RetriesExhausted' };
      return retryAt(settings, state, RETRY_DELAYS_MS[state.attempts - 1] ?? LONGEST_BACKOFF_MS, result.errorType);
    case 'throttled':
      return retryAt(settings, state, Math.min(1000 * 2 ** Math.min(state.throttles - 1, 20), LONGEST_BACKOFF_MS), result.reason);
  }
}

function retryAt(settings: AsyncSettings, state: AttemptState, delayMs: number, reason: string): NextStep {
  const at = state.now + delayMs;
  if (at - state.acceptedAt >= settings.maxAgeMs) return { step: 'end', outcome: 'expired', reason: 'EventAgeExceeded' };
  return { step: 'retry', at, reason };
}
