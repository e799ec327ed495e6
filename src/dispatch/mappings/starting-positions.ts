import type { Position, Reader } from '../../kernel/index.ts';
import type { SourceShard, SourceStream, StreamSettings } from '../../model/index.ts';

/** Where a mapping begins in a shard that is there when it starts; shards that come later are read from their first record (§12). */
export async function startingPosition(
  read: Reader,
  { topic }: SourceStream,
  shard: SourceShard,
  { startingPosition: from, startingTimestamp = 0 }: StreamSettings,
): Promise<Position> {
  const { first, next } = await read.bounds(topic, shard.lane);
  const lowest = Math.max(first, shard.first);
  const end = shard.end ?? next;
  if (from === 'TRIM_HORIZON') return Math.min(lowest, end);
  if (from === 'LATEST') return end;
  return firstSince(read, { topic, lane: shard.lane }, { low: lowest, high: end }, startingTimestamp);
}

/** The first position of an event at or after a time, by halving; high when there is none. */
async function firstSince(
  read: Reader,
  { topic, lane }: { topic: string; lane: number },
  range: { low: Position; high: Position },
  time: number,
): Promise<Position> {
  let { low, high } = range;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [event] = await read.events(topic, lane, middle, 1);
    if (event === undefined || event.time >= time) high = middle;
    else low = Math.max(middle, event.position) + 1;
  }
  return low;
}
