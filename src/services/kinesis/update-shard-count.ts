import type { UpdateShardCountInput, UpdateShardCountOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { reshard, STREAM_SHARD_LIMIT } from './change-shards.ts';
import type { Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, invalidArgument, laidOutIn, limitExceeded, streamRef } from './found.ts';
import { planUniform } from './reshardings.ts';
import { checkProvisioned } from './split-shard.ts';

const DAY_MS = 24 * 3_600_000;
const CHANGES_A_DAY = 10;

/**
 * UpdateShardCount with AWS's rules: at most double, at least half, at most 10,000, ten times in 24 hours. Done when it answers; shards
 * that are split off and merged again on the way exist, closed and empty, as on AWS.
 */
export function updateShardCount(deps: KinesisDeps): Operation<UpdateShardCountInput, UpdateShardCountOutput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    const target = input.TargetShardCount!;
    const change = { now: context.now, layout: deps.ids.uuid() };
    const current = await deps.store.transact(async (tx) => {
      const { stream, layout } = await laidOutIn(tx, deps, ref);
      checkProvisioned(stream);
      checkTarget(stream, target);
      const scaled = recentChanges(stream.scaled, context.now);
      if (scaled.length >= CHANGES_A_DAY)
        throw limitExceeded(
          `Stream ${ref.name} under account ${ref.account} was scaled ${CHANGES_A_DAY} times in the last 24 hours.`,
        );
      const marked = { ...stream, scaled: [...scaled, context.now] };
      await reshard(tx, { stream: marked, given: layout.open, change }, planUniform(layout.open, target));
      return stream.open;
    });
    deps.watchers.changed(arnOf(ref));
    return { StreamName: ref.name, CurrentShardCount: current, TargetShardCount: target, StreamARN: arnOf(ref) };
  };
}

/** Those of the last 24 hours. */
export function recentChanges(times: readonly number[] = [], now: number): readonly number[] {
  return times.filter((time) => time > now - DAY_MS);
}

function checkTarget({ open }: Stream, target: number): void {
  const counts = `Current open shard count: ${open} Target shard count: ${target}`;
  if (target > open * 2)
    throw invalidArgument(`UpdateShardCount cannot scale up over double your current open shard count. ${counts}`);
  if (target < open / 2)
    throw invalidArgument(`UpdateShardCount cannot scale down below half your current open shard count. ${counts}`);
  if (target > STREAM_SHARD_LIMIT) throw limitExceeded(`A stream can have at most ${STREAM_SHARD_LIMIT} shards.`);
}
