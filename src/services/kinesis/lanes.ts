import { OPEN_LANES, type Position, type Transaction } from '../../kernel/index.ts';
import { type FreeLane, freeLanes, lanePool, recordTopic } from './collections.ts';
import { limitExceeded } from './found.ts';

const POOL = 'kinesis.records';

/**
 * Lanes for new shards, each with the position where it goes on. Lanes that were never used come first, then those used least; a lane is
 * only given back when it is trimmed. Throws LimitExceededException when all 131,072 are taken.
 */
export async function takeLanes(tx: Transaction, count: number): Promise<readonly FreeLane[]> {
  const next = (await tx.get(lanePool, [POOL]))?.next ?? 0;
  const fresh = Math.min(count, OPEN_LANES - next);
  if (fresh > 0) await tx.put(lanePool, { pool: POOL, next: next + fresh });
  const lanes: FreeLane[] = Array.from({ length: fresh }, (_, i) => ({ next: 1, lane: next + i }));
  while (lanes.length < count) {
    const { items } = await tx.range(freeLanes, { limit: Math.min(1000, count - lanes.length) });
    if (items.length === 0) throw limitExceeded(`All ${OPEN_LANES} shards that there can be are in use.`);
    for (const free of items) await tx.delete(freeLanes, [free.next, free.lane]);
    lanes.push(...items);
  }
  return lanes;
}

/** Removes up to 500 records of a lane, and gives the lane back when none is left. Resolves true when it did. */
export async function giveBack(tx: Transaction, lane: number): Promise<boolean> {
  const { next } = await tx.bounds(recordTopic.name, lane);
  if (await tx.trim(recordTopic.name, lane, next)) return false;
  await tx.put(freeLanes, { next, lane });
  return true;
}

/** Where the next record of a lane goes. */
export async function nextPosition(tx: Transaction, lane: number): Promise<Position> {
  return (await tx.bounds(recordTopic.name, lane)).next;
}
