import type { NextStep } from './async-retry.ts';

/** How often and how long a target other than a function is tried. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly maxRetries: number;
  readonly maxAgeMs: number;
  /** The wait before a retry, which counts from 1. */
  readonly delayMs: (retry: number) => number;
}

/** How one try went. refused: it will never be taken. */
export type TryResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'busy'; readonly reason: string };

export interface TryState {
  /** This one included. */
  readonly tries: number;
  /** Epoch ms. */
  readonly acceptedAt: number;
  readonly now: number;
}

const FIRST_MS = 1000;
const LONGEST_MS = 300_000;

/** Twice as long each time, from 1 s to 5 min. */
export function doubling(retry: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(retry - 1, 20), LONGEST_MS);
}

/** EventBridge's default, which serves for other sources too (spec/event-sources.md §3). */
export const patientPolicy: RetryPolicy = { maxRetries: 185, maxAgeMs: 86_400_000, delayMs: doubling };

/** What happens after a try. Gives up at once when the next one would come after the maximum age. */
export function afterTry(policy: RetryPolicy, { tries, acceptedAt, now }: TryState, result: TryResult): NextStep {
  if (result.kind === 'done') return { step: 'end', outcome: 'delivered', reason: 'Success' };
  if (result.kind === 'refused') return { step: 'end', outcome: 'failed', reason: result.reason };
  if (tries > policy.maxRetries) return { step: 'end', outcome: 'failed', reason: 'RetriesExhausted' };
  const at = now + policy.delayMs(tries);
  if (at - acceptedAt >= policy.maxAgeMs) return { step: 'end', outcome: 'expired', reason: 'EventAgeExceeded' };
  return { step: 'retry', at, reason: result.reason };
}
