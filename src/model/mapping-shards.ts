import { collection } from '../kernel/index.ts';
import { sliceOf, type Work } from './mapping-decisions.ts';
import type { OpenWindow } from './tumbling-windows.ts';

/** How far one slice of a shard has come. */
export interface SliceProgress {
  /** All records of this slice below are done. */
  readonly position: number;
  /** What of the next ones was tried and is to be tried again, in order; the first begins at position. */
  readonly work?: readonly Work[];
}

/** How far a mapping has come in one shard: written with each outcome, in its transaction. */
export interface MappingShard {
  readonly uuid: string;
  readonly shardId: string;
  /** Of the stream's topic. A shard of the same name in another lane is another shard. */
  readonly lane: number;
  /** One for each slice; as many as the parallelization factor. */
  readonly slices: readonly SliceProgress[];
  /** Positions of the slices of earlier factors: what they had passed stays done. */
  readonly earlier?: readonly (readonly number[])[];
  /** The open tumbling window; only with a single slice. */
  readonly window?: OpenWindow;
  /** The shard was read to its end. */
  readonly done?: true;
}

export const mappingShards = collection<MappingShard>({ name: 'dispatch.mapping-shards', key: ['uuid', 'shardId'] });

export function newShard(shard: Omit<MappingShard, 'slices'>, position: number, factor: number): MappingShard {
  return { ...shard, slices: Array.from({ length: factor }, () => ({ position })) };
}

/** The same shard cut into another number of slices. Records that were done under an earlier cut are known by it. */
export function recut(shard: MappingShard, factor: number): MappingShard {
  if (shard.slices.length === factor) return shard;
  const { window: _, ...kept } = shard;
  const positions = shard.slices.map(({ position }) => position);
  const lowest = lowestOf(shard.slices);
  const slices = Array.from({ length: factor }, () => ({ position: lowest }));
  return withoutPassed({ ...kept, slices, earlier: [...(shard.earlier ?? []), positions] });
}

/** Forgets earlier cuts that all slices have left behind. */
export function withoutPassed(shard: MappingShard): MappingShard {
  if (shard.earlier === undefined) return shard;
  const lowest = lowestOf(shard.slices);
  const { earlier, ...kept } = shard;
  const left = earlier.filter((positions) => Math.max(...positions) > lowest);
  return left.length > 0 ? { ...kept, earlier: left } : kept;
}

/** Whether a record was done under an earlier cut. */
export function wasDone(shard: Pick<MappingShard, 'earlier'>, orderKey: string, position: number): boolean {
  return shard.earlier?.some((positions) => position < positions[sliceOf(orderKey, positions.length)]!) ?? false;
}

/** Where a mapping was in one shard: all records below the position were done; without one all of the shard. */
export interface ShardMark {
  readonly shardId: string;
  readonly lane: number;
  readonly position?: number;
}

export function markOf({ shardId, lane, slices, done }: MappingShard): ShardMark {
  return { shardId, lane, ...(!done && { position: lowestOf(slices) }) };
}

/**
 * The rows of a mapping that goes back to where it was: never forward, and not in a shard that is another by now. gone: shards that came later;
 * they are begun anew once those before them have been read.
 */
export function rewound(
  uuid: string,
  {
    marks,
    rows,
    factor,
  }: { readonly marks: readonly ShardMark[]; readonly rows: readonly MappingShard[]; readonly factor: number },
): { readonly back: readonly MappingShard[]; readonly gone: readonly MappingShard[] } {
  const marked = new Set(marks.map(({ shardId }) => shardId));
  const known = new Map(rows.map((row) => [row.shardId, row]));
  const back = marks.flatMap(({ shardId, lane, position }) => {
    const row = known.get(shardId);
    if (row && (row.lane !== lane || position === undefined || isAt(row, position))) return [];
    const { done: _, ...fresh } = newShard({ uuid, shardId, lane }, position ?? 0, factor);
    return [position === undefined ? { ...fresh, done: true as const } : fresh];
  });
  return { back, gone: rows.filter(({ shardId }) => !marked.has(shardId)) };
}

/** Whether it is not beyond this position. */
function isAt({ done, slices }: MappingShard, position: number): boolean {
  return !done && Math.max(...slices.map((slice) => slice.position)) <= position;
}

function lowestOf(slices: readonly SliceProgress[]): number {
  return Math.min(...slices.map(({ position }) => position));
}
