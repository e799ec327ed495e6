import { collection, type OpenTopicSpec, type StoreSchema } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';

/** Records of all streams; body is a RecordBody, subject `{stream ARN}/{shard id}`. A lane for each shard. */
export const recordTopic: OpenTopicSpec = { name: 'kinesis.records', lanes: 'open' };

/** A record as it is kept, in few letters: partition key, data in base64, and the explicit hash key if one was given. */
export interface RecordBody {
  readonly k: string;
  readonly d: string;
  readonly x?: string;
}

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

/** A data stream. */
export interface Stream extends Place {
  readonly name: string;
  /** Secret, and another for each stream that ever was: it keys the shards, and seals iterators. */
  readonly id: string;
  /** Epoch ms. */
  readonly created: number;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  readonly maxRecordKiB: number;
  /** Changes whenever shards are opened, closed or removed. */
  readonly layout: string;
  /** Open shards. */
  readonly open: number;
  /** Number of the next shard. */
  readonly nextShard: number;
  readonly consumers: number;
  /** Whether it has a resource policy. */
  readonly policed?: boolean;
  /** Epoch ms of the calls of UpdateShardCount and UpdateStreamMode in the last 24 hours. */
  readonly scaled?: readonly number[];
  readonly switched?: readonly number[];
}

export const streams = collection<Stream>({ name: 'kinesis.streams', key: ['account', 'region', 'name'] });

/** A shard, open or closed. Hash keys are 32 hex digits, both inclusive. */
export interface Shard {
  /** Id of the stream. */
  readonly stream: string;
  readonly shard: number;
  readonly lane: number;
  /** Its first position in the lane and, once closed, the position behind its last. */
  readonly first: number;
  readonly end?: number;
  readonly from: string;
  readonly to: string;
  /** Numbers of the shards that it came from. */
  readonly parents: readonly number[];
  /** Epoch ms. */
  readonly created: number;
  readonly closed?: number;
}

export const shards = collection<Shard>({ name: 'kinesis.shards', key: ['stream', 'shard'], integers: ['shard'] });

/** The shards of a deleted stream, until their records are gone. */
export interface Grave {
  readonly stream: string;
}

export const graves = collection<Grave>({ name: 'kinesis.graves', key: ['stream'] });

/** A consumer with enhanced fan-out. */
export interface Consumer {
  /** Id of the stream. */
  readonly stream: string;
  readonly name: string;
  /** Epoch ms. */
  readonly created: number;
}

export const consumers = collection<Consumer>({ name: 'kinesis.consumers', key: ['stream', 'name'] });

/** Tags and resource policy (JSON text) of a stream or consumer, by its ARN. */
export interface Attached {
  readonly arn: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policy?: string;
}

export const attached = collection<Attached>({ name: 'kinesis.attached', key: ['arn'] });

/** Lanes that were never used begin at next. */
export interface LanePool {
  readonly pool: 'kinesis.records';
  readonly next: number;
}

export const lanePool = collection<LanePool>({ name: 'kinesis.lanes', key: ['pool'] });

/** A lane whose shard is gone, and the position where it goes on. */
export interface FreeLane {
  readonly next: number;
  readonly lane: number;
}

export const freeLanes = collection<FreeLane>({ name: 'kinesis.free-lanes', key: ['next', 'lane'], integers: ['next', 'lane'] });

export const schema: StoreSchema = {
  collections: [streams, shards, graves, consumers, attached, lanePool, freeLanes] as unknown as StoreSchema['collections'],
  topics: [recordTopic],
};
