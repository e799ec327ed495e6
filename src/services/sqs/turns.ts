import type { Transaction } from '../../kernel/index.ts';
import { queues, turns } from './collections.ts';
import type { Message } from './message.ts';
import { boxOf, type Queue } from './queue.ts';

/** The group of the row that holds the rank taken last; no message group is called so. */
const TAKEN = '';

/**
 * Fair queueing by virtual time: messages of a standard queue are received in the order of their ranks, and each message of a group ranks
 * one after the group's last, but at least one after what was taken last. So groups take turns, and the backlog of one holds up no other.
 * A message without group is a group of its own.
 */
export async function placeInTurn(tx: Transaction, queue: Queue, group: string | undefined): Promise<number> {
  const box = boxOf(queue);
  const taken = (await tx.get(turns, [box, TAKEN]))?.rank ?? 0;
  if (group === undefined) return taken + 1;
  const last = (await tx.get(turns, [box, group]))?.rank ?? 0;
  const rank = Math.max(taken, last) + 1;
  await tx.put(turns, { box, group, rank });
  if (!queue.fair) await markFair(tx, queue);
  return rank;
}

async function markFair(tx: Transaction, { account, region, name, id }: Queue): Promise<void> {
  const now = await tx.get(queues, [account, region, name]);
  if (now?.id === id && !now.fair) await tx.put(queues, { ...now, fair: true });
}

/** Notes what left the line, so that the next ones rank after it; forgets groups whose last message that was. */
export async function turnsTaken(tx: Transaction, left: readonly Message[]): Promise<void> {
  const fresh = left.filter(({ at }) => at === 0);
  const [first] = fresh;
  if (!first) return;
  const { box } = first;
  const rank = fresh.reduce((most, message) => Math.max(most, message.rank), 0);
  const taken = (await tx.get(turns, [box, TAKEN]))?.rank ?? 0;
  if (rank > taken) await tx.put(turns, { box, group: TAKEN, rank });
  for (const { group, rank: own } of fresh) {
    if (group !== undefined && (await tx.get(turns, [box, group]))?.rank === own) await tx.delete(turns, [box, group]);
  }
}
