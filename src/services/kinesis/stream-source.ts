import type { StreamSource } from '../../model/index.ts';
import { consumers, type RecordBody, recordTopic, type Shard, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, consumerArn, findStream, laidOut, refOfArn } from './found.ts';
import type { Layout } from './layouts.ts';
import { sequenceOf } from './records.ts';
import { shardIdOf } from './sequence-numbers.ts';

/** Streams as event source mappings poll them (spec/event-sources.md §12); a consumer's ARN stands for its stream. */
export function streamSource(deps: KinesisDeps): StreamSource {
  return {
    find: async (arn) => {
      const ref = refOfArn(arn);
      const stream = ref && (await findStream(deps.store.read, ref));
      if (!stream || !(await isThere(deps, arn, stream))) return undefined;
      const { layout } = await laidOut(deps, stream);
      return {
        topic: recordTopic.name,
        shards: layout.all.map((shard) => sourceShard(layout, shard)),
        retentionMs: stream.retentionHours * 3_600_000,
      };
    },
    list: async ({ account, region }, limit) =>
      (await deps.store.read.range(streams, { prefix: [account, region], limit })).items.map(arnOf),
    watch: (arn, wake) => {
      const ref = refOfArn(arn);
      return deps.watchers.watch(ref ? arnOf(ref) : arn, wake);
    },
    record: (event, eventSourceARN, shardId, invokeIdentityArn) => {
      const { k, d } = event.body as RecordBody;
      const sequenceNumber = sequenceOf(event);
      return {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: k,
          sequenceNumber,
          data: d,
          approximateArrivalTimestamp: event.time / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${shardId}:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn,
        awsRegion: event.region,
        eventSourceARN,
      };
    },
    sequenceNumber: sequenceOf,
    orderKey: (event) => (event.body as RecordBody).k,
  };
}

async function isThere(
  { store }: KinesisDeps,
  arn: string,
  stream: Parameters<typeof arnOf>[0] & { id: string },
): Promise<boolean> {
  if (arn === arnOf(stream)) return true;
  const name = /\/consumer\/([^:/]+):\d+$/.exec(arn)?.[1];
  const consumer = name === undefined ? undefined : await store.read.get(consumers, [stream.id, name]);
  return consumer !== undefined && consumerArn(stream, consumer) === arn;
}

function sourceShard(layout: Layout, { shard, lane, first, end, parents }: Shard) {
  const known = parents.filter((parent) => layout.get(parent));
  return { shardId: shardIdOf(shard), lane, parents: known.map(shardIdOf), first, ...(end === undefined ? {} : { end }) };
}
