import type { MergeShardsInput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { reshard } from './change-shards.ts';
import type { Shard, Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, invalidArgument, laidOutIn, shardToChange, streamRef } from './found.ts';
import { adjoins } from './hash-keys.ts';
import type { Resharding } from './reshardings.ts';
import { shardIdOf } from './sequence-numbers.ts';
import { checkProvisioned } from './split-shard.ts';

/** MergeShards (spec/backends.md §5): two neighbours are closed, one child takes what comes from then on. */
export function mergeShards(deps: KinesisDeps): Operation<MergeShardsInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    const change = { now: context.now, layout: deps.ids.uuid() };
    await deps.store.transact(async (tx) => {
      const found = await laidOutIn(tx, deps, ref);
      checkProvisioned(found.stream);
      const given = [shardToChange(found, input.ShardToMerge!), shardToChange(found, input.AdjacentShardToMerge!)] as const;
      await reshard(tx, { stream: found.stream, given, change }, merged(given, found.stream));
    });
    deps.watchers.changed(arnOf(ref));
    return {};
  };
}

function merged([one, other]: readonly [Shard, Shard], { name, account }: Stream): Resharding {
  const [low, high] = one.from < other.from ? [one, other] : [other, one];
  if (adjoins(low, high)) return { made: [{ from: low.from, to: high.to, parents: [0, 1] }], closed: [0, 1] };
  throw invalidArgument(
    `Shards ${shardIdOf(one.shard)} and ${shardIdOf(other.shard)} in stream ${name} under account ${account} are not an adjacent pair of shards eligible for merging`,
  );
}
