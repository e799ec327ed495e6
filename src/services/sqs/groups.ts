import type { Transaction } from '../../kernel/index.ts';
import { fifoMessages, groups } from './collections.ts';
import type { Group } from './message.ts';

/** Makes a group known that gets its first message, to be received from readyAt on; one that has messages stays as it is. */
export async function openGroup(tx: Transaction, { box, group, readyAt }: Omit<Group, 'flights'>): Promise<void> {
  if (!(await tx.get(groups, [box, group]))) await tx.put(groups, { box, group, readyAt, flights: [] });
}

/** Locks a group until the last of its flights is over; a flight that ends at once locks nothing. */
export async function lockGroup(tx: Transaction, group: Group, now: number): Promise<void> {
  const readyAt = group.flights.reduce((last, [, until]) => Math.max(last, until), now);
  await tx.put(groups, { ...group, readyAt });
}

/**
 * Brings a group to what its flights and its first message say: locked while something is in flight, ready when its first message is
 * visible, gone when it has none.
 */
export async function settleGroup(tx: Transaction, group: Group, now: number): Promise<void> {
  const flights = group.flights.filter(([, until]) => until > now);
  if (flights.length > 0) return lockGroup(tx, { ...group, flights }, now);
  const { items } = await tx.range(fifoMessages, { prefix: [group.box, group.group], limit: 1 });
  const [first] = items;
  if (!first) await tx.delete(groups, [group.box, group.group]);
  else await tx.put(groups, { ...group, flights, readyAt: Math.max(now, first.until ?? 0) });
}
