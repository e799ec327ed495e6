import type { ShardIteratorType } from '@aws-sdk/client-kinesis';
import type { Position, Reader } from '../../kernel/index.ts';
import { recordTopic, type Shard, type Stream } from './collections.ts';
import { invalidArgument } from './found.ts';
import { parseSequence, shardIdOf } from './sequence-numbers.ts';

/** Where a reader asks to begin. */
export interface Start {
  readonly type: ShardIteratorType;
  readonly sequence?: string | undefined;
  /** Epoch ms. */
  readonly time?: number | undefined;
  /** Who asks, for the texts. */
  readonly operation: string;
}

interface Where {
  readonly stream: Stream;
  readonly shard: Shard;
  readonly now: number;
}

/** The position at which reading begins. Throws InvalidArgumentException in AWS's words. */
export async function startOf(read: Reader, where: Where, start: Start): Promise<Position> {
  const { shard } = where;
  checkSequence(start);
  if (start.type === 'AT_SEQUENCE_NUMBER') return positionOf(where, start);
  if (start.type === 'AFTER_SEQUENCE_NUMBER') return positionOf(where, start) + 1;
  const kept = await keptRange(read, shard);
  if (start.type === 'TRIM_HORIZON') return kept.first;
  if (start.type === 'LATEST') return kept.end;
  return firstAt(read, shard.lane, { ...kept, time: timeOf(start, where.now) });
}

/** What is kept of a shard: its first position, and the one behind its last. */
export async function keptRange(read: Reader, { lane, first, end }: Shard): Promise<{ first: Position; end: Position }> {
  const bounds = await read.bounds(recordTopic.name, lane);
  const last = end ?? bounds.next;
  return { first: Math.min(Math.max(first, bounds.first), last), end: last };
}

/** The first position in [first, end) whose record arrived at that time or later, or end. Reads some log₂ n records. */
export async function firstAt(
  read: Reader,
  lane: number,
  { first, end, time }: { readonly first: Position; readonly end: Position; readonly time: number },
): Promise<Position> {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [event] = await read.events(recordTopic.name, lane, middle, 1);
    if (event && event.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const BY_NUMBER: ReadonlySet<string> = new Set(['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']);

function checkSequence({ type, sequence }: Start): void {
  if (BY_NUMBER.has(type) === (sequence !== undefined) || type === 'AT_TIMESTAMP') return;
  throw invalidArgument(
    `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${sequence === undefined ? 'no' : 'also a'} StartingSequenceNumber.`,
  );
}

function timeOf({ time }: Start, now: number): number {
  if (time === undefined)
    throw invalidArgument(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    );
  if (time <= now) return time;
  throw invalidArgument(
    `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${time}, currentTimestampInMillis: ${now}`,
  );
}

function positionOf({ stream, shard }: Where, { sequence, operation }: Start): Position {
  const found = parseSequence(sequence!);
  const id = shardIdOf(shard.shard);
  if (!found || (found.shard === shard.shard && (found.position < shard.first - 1 || found.position > (shard.end ?? Infinity))))
    throw invalidArgument(
      `StartingSequenceNumber ${sequence} used in ${operation} on shard ${id} in stream ${stream.name} under account ${stream.account} is invalid.`,
    );
  if (found.shard === shard.shard) return found.position;
  throw invalidArgument(
    `Invalid StartingSequenceNumber. It encodes ${shardIdOf(found.shard)}, while it was used in a call to a shard with ${id}`,
  );
}
