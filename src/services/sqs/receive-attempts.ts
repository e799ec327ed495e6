import type { Transaction } from '../../kernel/index.ts';
import { attempts, fifoMessages, groups } from './collections.ts';
import { lockGroup } from './groups.ts';
import type { FifoMessage } from './message.ts';
import type { Taking } from './postings.ts';
import { boxOf } from './queue.ts';

/** For how long a receive can be asked for again, and a message is recognised as sent already: 5 minutes. */
export const DEDUPLICATION_MS = 300_000;

/**
 * The messages of an earlier receive with the same ReceiveRequestAttemptId, hidden anew; undefined when there was none within five
 * minutes, or one of its messages was deleted, received again or has become visible.
 */
export async function replayAttempt(tx: Transaction, taking: Taking): Promise<readonly FifoMessage[] | undefined> {
  const { attemptId, queue, now, visibilityMs } = taking;
  if (attemptId === undefined) return undefined;
  const box = boxOf(queue);
  const attempt = await tx.get(attempts, [box, attemptId]);
  if (!attempt || attempt.expiresAt <= now) return undefined;
  const found: FifoMessage[] = [];
  for (const { group, sequence, receives } of attempt.taken) {
    const message = await tx.get(fifoMessages, [box, group, sequence]);
    if (!message || message.receives !== receives || (message.until ?? 0) <= now) return undefined;
    found.push({ ...message, until: now + visibilityMs });
  }
  for (const message of found) await tx.put(fifoMessages, message);
  for (const name of new Set(found.map(({ group }) => group))) {
    const group = await tx.get(groups, [box, name]);
    if (group) await lockGroup(tx, { ...group, flights: group.flights.map(([sequence]) => [sequence, now + visibilityMs]) }, now);
  }
  return found;
}

/** Keeps what a receive took under its attempt id, if it has one. */
export async function writeAttempt(
  tx: Transaction,
  { attemptId, queue, now }: Taking,
  taken: readonly FifoMessage[],
): Promise<void> {
  if (attemptId === undefined || taken.length === 0) return;
  await tx.put(attempts, {
    box: boxOf(queue),
    id: attemptId,
    expiresAt: now + DEDUPLICATION_MS,
    taken: taken.map(({ group, sequence, receives }) => ({ group, sequence, receives })),
  });
}
