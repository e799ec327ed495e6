/** What follows a batch of a stream, and how batches are made (spec/event-sources.md §10, §12), as decisions without I/O. */

/** A sub-batch that is still to be tried: the records of a slice from one position to another (exclusive). */
export interface Work {
  readonly from: number;
  readonly to: number;
  /** Attempts that count against MaximumRetryAttempts. */
  readonly attempts: number;
  /** Invocations made of it, or of the batch that it was split from. */
  readonly invocations: number;
}

export interface RetryRules {
  /** -1: without end. */
  readonly maxRetries: number;
  readonly bisect: boolean;
}

/** How the invocation went. failed: the lowest record listed, as its place in the batch. throttled: the function did not run. */
export type BatchResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'partial'; readonly failed: number }
  | { readonly kind: 'error' }
  | { readonly kind: 'throttled' };

/** AWS's conditions, and what people gave up themselves. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded' | 'Skipped';

export interface BatchStep {
  /** How many records, from the first on, are delivered. */
  readonly delivered: number;
  /** What to try next of the rest, in order; empty when nothing is left to try. */
  readonly next: readonly Work[];
  /** Set when the rest is given up. */
  readonly discarded?: DiscardCondition;
  /** Whether to wait before next: it is a retry, not the second half of a batch that was split. */
  readonly pause: boolean;
}

/**
 * What follows an attempt. positions: of the records in the batch, ascending. Splitting a batch does not count as a retry, and neither does
 * an attempt that did not reach the function; a batch of one record is never split.
 */
export function afterBatch(rules: RetryRules, work: Work, positions: readonly number[], result: BatchResult): BatchStep {
  const size = positions.length;
  if (result.kind === 'success') return { delivered: size, next: [], pause: false };
  if (result.kind === 'throttled') return { delivered: 0, next: [work], pause: true };
  const first = result.kind === 'partial' ? result.failed : 0;
  const invocations = work.invocations + 1;
  const rest = { ...work, from: first === 0 ? work.from : positions[first]!, invocations };
  if (rules.bisect && first > 0) return { delivered: first, next: [rest], pause: true };
  if (rules.bisect && result.kind === 'error' && size > 1) return { delivered: 0, next: halves(rest, positions), pause: true };
  const attempts = work.attempts + 1;
  if (rules.maxRetries >= 0 && attempts > rules.maxRetries)
    return { delivered: first, next: [], discarded: 'RetryAttemptsExhausted', pause: false };
  return { delivered: first, next: [{ ...rest, attempts }], pause: true };
}

function halves(work: Work, positions: readonly number[]): Work[] {
  const middle = positions[Math.ceil(positions.length / 2)]!;
  return [
    { ...work, to: middle },
    { ...work, from: middle },
  ];
}

/** The same work with one of its records in a piece of its own, so that it holds up no other. positions: as in afterBatch. */
export function setApart(work: Work, positions: readonly number[], at: number): Work[] {
  const [own, next] = [positions[at]!, positions[at + 1]];
  const before = at > 0 ? [{ ...work, to: own }] : [];
  const from = at > 0 ? own : work.from;
  return next === undefined ? [...before, { ...work, from }] : [...before, { ...work, from, to: next }, { ...work, from: next }];
}

/** How many records at the head of a batch are older than they may become. times: epoch ms of each record. */
export function expiredAtHead(times: readonly number[], now: number, maxAgeMs: number): number {
  if (maxAgeMs < 0) return 0;
  const young = times.findIndex((time) => now - time <= maxAgeMs);
  return young < 0 ? times.length : young;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/** What may end at any moment (no room, no function, no permission) is looked at again at least this often. */
export const LOOK_AGAIN_MS = 2_000;

/** Exponential back-off with jitter: tries in a row from 1 on, chance evenly from 0 to 1. */
export function pauseMs(tries: number, chance: number, longestMs: number = LONGEST_PAUSE_MS): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 20), longestMs);
  return Math.round(full * (0.5 + chance / 2));
}

/** Bytes of a synchronous invocation. */
export const PAYLOAD_BYTES = 6 * 1024 * 1024;
/** What is around the records of a batch: the member's name, brackets; and a window with everything but its state. */
export const ENVELOPE_BYTES = 2048;
/** Records of a batch, with their commas. */
export const RECORDS_BYTES = PAYLOAD_BYTES - ENVELOPE_BYTES;

/** Cuts records into batches in order, each within most records and RECORDS_BYTES; a record that alone is too large stands alone. */
export function cutBatches<T extends { readonly bytes: number }>(records: readonly T[], most: number): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const record of records) {
    const batch = batches.at(-1);
    bytes += record.bytes + 1;
    if (batch && batch.length < most && bytes <= RECORDS_BYTES) batch.push(record);
    else {
      batches.push([record]);
      bytes = record.bytes + 1;
    }
  }
  return batches;
}

/** The slice of a shard that a record belongs to: the same for the same key (FNV-1a over UTF-16). */
export function sliceOf(orderKey: string, factor: number): number {
  if (factor === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < orderKey.length; i++) hash = Math.imul(hash ^ orderKey.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % factor;
}
