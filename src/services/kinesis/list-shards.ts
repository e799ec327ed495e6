import type { ListShardsInput, ListShardsOutput, ShardFilter } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import type { Shard, Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { describeShard } from './descriptions.ts';
import { checkCreation, invalidArgument, laidOut, type StreamRef, streamRef } from './found.ts';
import { pageToken, readToken } from './page-tokens.ts';
import { shardIdOf } from './sequence-numbers.ts';

/** ListShards, with all filters; a token lives five minutes and carries stream and filter. */
export function listShards(deps: KinesisDeps): Operation<ListShardsInput, ListShardsOutput> {
  return async (input, context) => {
    const { ref, filter, after } = askedOf(input, context);
    const { stream, layout } = await laidOut(deps, ref);
    checkCreation(stream, input.StreamCreationTimestamp);
    const selects = filter ? filterOf(filter, stream, context.now) : () => true;
    const found = layout.all.filter((shard) => shardIdOf(shard.shard) > after && selects(shard));
    const limit = input.MaxResults ?? 1000;
    const Shards = found.slice(0, limit).map(describeShard);
    if (found.length <= limit) return { Shards };
    const parts = [ref.account, ref.region, ref.name, Shards.at(-1)!.ShardId!, JSON.stringify(filter ?? null)];
    return { Shards, NextToken: pageToken(parts, context.now) };
  };
}

interface Asked {
  readonly ref: StreamRef;
  readonly filter: ShardFilter | undefined;
  readonly after: string;
}

function askedOf(input: ListShardsInput, context: { account: string; region: string; now: number }): Asked {
  const named = input.StreamName ?? input.StreamARN;
  const after = input.ExclusiveStartShardId ?? '';
  if (input.NextToken === undefined) {
    if (named === undefined) throw invalidArgument('Either NextToken or StreamName should be provided.');
    return { ref: streamRef(input, context), filter: input.ShardFilter, after };
  }
  if (named !== undefined) throw invalidArgument('NextToken and StreamName cannot be provided together.');
  const [account, region, name, last, filter] = readToken(input.NextToken, 5, context.now);
  const kept = JSON.parse(filter!) as (Omit<ShardFilter, 'Timestamp'> & { Timestamp?: string }) | null;
  const time = kept?.Timestamp === undefined ? {} : { Timestamp: new Date(kept.Timestamp) };
  return {
    ref: { account: account!, region: region!, name: name! },
    filter: kept ? ({ ...kept, ...time } as ShardFilter) : undefined,
    after: last!,
  };
}

/** Which shards a filter selects. AT_… are those open at a moment, FROM_… those and all later ones. */
function filterOf({ Type, ShardId, Timestamp }: ShardFilter, stream: Stream, now: number): (shard: Shard) => boolean {
  const horizon = Math.max(stream.created, now - stream.retentionHours * 3_600_000);
  const openAt = (time: number) => (shard: Shard) => shard.created <= time && (shard.closed ?? Number.POSITIVE_INFINITY) > time;
  const endsAfter = (time: number) => (shard: Shard) => (shard.closed ?? Number.POSITIVE_INFINITY) >= time;
  const given = () => {
    if (Timestamp === undefined) throw invalidArgument(`Timestamp must be specified for ShardFilter type ${Type}.`);
    return Math.max(Timestamp.getTime(), stream.created);
  };
  switch (Type) {
    case 'AFTER_SHARD_ID':
      if (ShardId === undefined) throw invalidArgument('ShardId must be specified for ShardFilter type AFTER_SHARD_ID.');
      return ({ shard }) => shardIdOf(shard) > ShardId;
    case 'AT_LATEST':
      return ({ end }) => end === undefined;
    case 'AT_TRIM_HORIZON':
      return openAt(horizon);
    case 'AT_TIMESTAMP':
      return openAt(given());
    case 'FROM_TIMESTAMP':
      return endsAfter(given());
    default:
      return endsAfter(horizon);
  }
}
