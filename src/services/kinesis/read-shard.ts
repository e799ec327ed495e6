import type { Position, Reader, StoredEvent } from '../../kernel/index.ts';
import { type RecordBody, recordTopic, type Shard } from './collections.ts';
import { describeRecord, sizeOf } from './records.ts';
import { keptRange } from './starting-positions.ts';

const MOST_BYTES = 10 * 2 ** 20;

/** What was read of a shard, and how far behind its newest record that is (0: nothing newer). */
export interface ShardPage {
  readonly records: ReturnType<typeof describeRecord>[];
  readonly next: Position;
  readonly bytes: number;
  readonly behindMs: number;
}

/** Reads from a position on, or from the first kept, up to limit records or 10 MiB. */
export async function readShard(
  read: Reader,
  { shard, now }: { readonly shard: Shard; readonly now: number },
  from: Position,
  limit: number,
): Promise<ShardPage> {
  const kept = await keptRange(read, shard);
  const events: StoredEvent[] = [];
  let next = Math.max(from, kept.first);
  let bytes = 0;
  while (next < kept.end && events.length < limit && bytes < MOST_BYTES) {
    const page = await read.events(recordTopic.name, shard.lane, next, Math.min(1000, limit - events.length, kept.end - next));
    if (page.length === 0) break;
    for (const event of page) {
      const size = sizeOf(event.body as RecordBody);
      if (events.length > 0 && bytes + size > MOST_BYTES) return pageOf(events, { next, bytes, now });
      events.push(event);
      bytes += size;
      next = event.position + 1;
    }
  }
  return pageOf(events, { next, bytes, now: next < kept.end ? now : undefined });
}

function pageOf(
  events: readonly StoredEvent[],
  { next, bytes, now }: { readonly next: Position; readonly bytes: number; readonly now: number | undefined },
): ShardPage {
  const behindMs = now === undefined ? 0 : Math.max(0, now - (events.at(-1)?.time ?? now));
  return { records: events.map(describeRecord), next, bytes, behindMs };
}
