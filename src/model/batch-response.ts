import { nestsTooDeep } from './nested-json.ts';

/** What a function answered for a batch (spec/event-sources.md §10.3). failed: positions in the batch, ascending. */
export type BatchAnswer =
  | { readonly kind: 'success' }
  | { readonly kind: 'partial'; readonly failed: readonly number[] }
  | { readonly kind: 'malformed' };

const SUCCESS: BatchAnswer = { kind: 'success' };
const MALFORMED: BatchAnswer = { kind: 'malformed' };

/**
 * Reads the answer of a function with ReportBatchItemFailures. ids: what names each record of the batch, in order. An answer that names no
 * record, or one that is not in the batch, fails the whole batch.
 */
export function readBatchAnswer(text: string, ids: readonly string[]): BatchAnswer {
  const answer = parseAnswer(text);
  if (answer === undefined) return MALFORMED;
  const listed = (answer.value as { batchItemFailures?: unknown } | null)?.batchItemFailures;
  if (listed === undefined || listed === null) return SUCCESS;
  if (!Array.isArray(listed)) return MALFORMED;
  if (listed.length === 0) return SUCCESS;
  const places = new Map(ids.map((id, i) => [id, i]));
  const failed = new Set<number>();
  for (const item of listed) {
    const place = places.get((item as { itemIdentifier?: string } | null)?.itemIdentifier ?? '');
    if (place === undefined) return MALFORMED;
    failed.add(place);
  }
  return { kind: 'partial', failed: [...failed].sort((a, b) => a - b) };
}

/** Most states that a tumbling window may hold, in bytes of JSON (§14). */
export const STATE_BYTES = 1024 * 1024;

/** The state that a function answered in a tumbling window; undefined: none, so the invocation failed. */
export function readWindowState(text: string): { readonly state: unknown; readonly bytes: number } | undefined {
  const state = (parseAnswer(text)?.value as { state?: unknown } | null | undefined)?.state;
  if (typeof state !== 'object' || state === null) return undefined;
  return { state, bytes: Buffer.byteLength(JSON.stringify(state)) };
}

function parseAnswer(text: string): { readonly value: unknown } | undefined {
  if (text === '' || text === 'null') return { value: null };
  if (nestsTooDeep(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
