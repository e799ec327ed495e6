import type { CreateStreamInput } from '@aws-sdk/client-kinesis';
import type { Transaction } from '../../kernel/index.ts';
import { type Operation, type OperationContext, type Place, settingNotImplemented } from '../../model/index.ts';
import { checkShardLimit, ON_DEMAND_LIMIT, openShards, STREAM_SHARD_LIMIT, usage } from './change-shards.ts';
import { attached, type Stream, type StreamMode, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, findStream, inUse, invalidArgument, limitExceeded } from './found.ts';
import { evenRanges } from './hash-keys.ts';
import { checkTags } from './tags.ts';

const ON_DEMAND_SHARDS = 4;
const RETENTION_HOURS = 24;
const RECORD_KIB = 1024;

/** CreateStream (spec/backends.md §5): ACTIVE at once. An on-demand stream begins with 4 shards. */
export function createStream(deps: KinesisDeps): Operation<CreateStreamInput> {
  return async (input, context) => {
    if (input.WarmThroughputMiBps !== undefined) throw settingNotImplemented('WarmThroughputMiBps');
    if ((input.RecordDistributionStrategy ?? 'USER_PARTITION_KEY') !== 'USER_PARTITION_KEY')
      throw settingNotImplemented(`RecordDistributionStrategy ${input.RecordDistributionStrategy}`);
    const { mode, count } = modeOf(input);
    if (input.Tags) checkTags({}, input.Tags);
    const stream = newStream(deps, context, {
      name: input.StreamName!,
      mode,
      maxRecordKiB: input.MaxRecordSizeInKiB ?? RECORD_KIB,
    });
    await deps.store.transact(async (tx) => {
      if (await findStream(tx, stream)) throw inUse(`Stream ${stream.name} under account ${stream.account} already exists.`);
      await checkShardLimit(tx, context, count);
      if (mode === 'ON_DEMAND') await checkOnDemandLimit(tx, context);
      const planned = evenRanges(count).map((range) => ({ ...range, parents: [] }));
      await tx.put(streams, await openShards(tx, stream, planned));
      if (input.Tags) await tx.put(attached, { arn: arnOf(stream), tags: input.Tags });
    });
    deps.watchers.changed(arnOf(stream));
    return {};
  };
}

function newStream(
  { ids }: KinesisDeps,
  { account, region, now }: OperationContext,
  given: Pick<Stream, 'name' | 'mode' | 'maxRecordKiB'>,
): Stream {
  const [id, layout] = [ids.uuid(), ids.uuid()];
  const counts = { open: 0, nextShard: 0, consumers: 0 };
  return { account, region, ...given, id, layout, created: now, retentionHours: RETENTION_HOURS, ...counts };
}

function modeOf({ ShardCount, StreamModeDetails }: CreateStreamInput): { mode: StreamMode; count: number } {
  const mode = StreamModeDetails?.StreamMode ?? 'PROVISIONED';
  if (mode === 'ON_DEMAND') {
    if (ShardCount === undefined) return { mode, count: ON_DEMAND_SHARDS };
    throw invalidArgument('ShardCount must not be specified for a stream in ON_DEMAND mode.');
  }
  if (ShardCount === undefined) throw invalidArgument('ShardCount must be specified for a stream in PROVISIONED mode.');
  if (ShardCount <= STREAM_SHARD_LIMIT) return { mode, count: ShardCount };
  throw limitExceeded(`A stream can have at most ${STREAM_SHARD_LIMIT} shards.`);
}

/** Throws LimitExceededException when the account has as many streams of this mode as it may. */
export async function checkOnDemandLimit(tx: Transaction, place: Place): Promise<void> {
  const { onDemand } = await usage(tx, place);
  if (onDemand >= ON_DEMAND_LIMIT)
    throw limitExceeded(
      `Account ${place.account} has ${ON_DEMAND_LIMIT} streams in ON_DEMAND mode, which is the most there can be.`,
    );
}
