import type { SplitShardInput } from '@aws-sdk/client-kinesis';
import { type Failure, fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { reshard } from './change-shards.ts';
import type { Shard, Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, invalidArgument, laidOutIn, shardToChange, streamRef } from './found.ts';
import { before, decimalOf, hexOf } from './hash-keys.ts';
import type { Resharding } from './reshardings.ts';
import { shardIdOf } from './sequence-numbers.ts';

/** SplitShard (spec/backends.md §5): the parent is closed, its children take what comes from then on. */
export function splitShard(deps: KinesisDeps): Operation<SplitShardInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    const change = { now: context.now, layout: deps.ids.uuid() };
    await deps.store.transact(async (tx) => {
      const found = await laidOutIn(tx, deps, ref);
      checkProvisioned(found.stream);
      const shard = shardToChange(found, input.ShardToSplit!);
      const from = checkedKey(input.NewStartingHashKey!, shard, found.stream);
      await reshard(tx, { stream: found.stream, given: [shard], change }, splitAt(shard, from));
    });
    deps.watchers.changed(arnOf(ref));
    return {};
  };
}

/** Two children of a shard, the second from that hash key on. */
export function splitAt(shard: Pick<Shard, 'from' | 'to'>, from: string): Resharding {
  const parents = [0];
  return {
    made: [
      { from: shard.from, to: before(from), parents },
      { from, to: shard.to, parents },
    ],
    closed: [0],
  };
}

function checkedKey(decimal: string, shard: Shard, { name, account }: Stream): string {
  const [key, from, to] = [BigInt(decimal), BigInt(`0x${shard.from}`), BigInt(`0x${shard.to}`)];
  if (key > from + 1n && key < to) return hexOf(key);
  throw invalidArgument(
    `NewStartingHashKey ${decimal} used in SplitShard() on shard ${shardIdOf(shard.shard)} in stream ${name} under account ${account} is not both greater than one plus the shard's StartingHashKey ${decimalOf(shard.from)} and less than the shard's EndingHashKey ${decimalOf(shard.to)}.`,
  );
}

/** Shards of an on-demand stream are not for its owner to change. */
export function checkProvisioned({ mode, name, account }: Stream): void {
  if (mode === 'ON_DEMAND') throw onDemand(name, account);
}

const onDemand = (name: string, account: string): Failure =>
  fail('ValidationException', `Request is invalid. Stream ${name} under account ${account} is in On-Demand mode.`);
