import { collection, type TopicSpec } from '../kernel/index.ts';
import type { Place } from './functions.ts';
import type { ShardMark } from './mapping-shards.ts';

/** Event source mappings (spec/event-sources.md §10): written by services/lambda, obeyed by dispatch, which settles their state. */

export type MappingSource = 'sqs' | 'kinesis' | 'dynamodb';

export type MappingState = 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled' | 'Updating' | 'Deleting';

export type StartingPosition = 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';

export interface MappingSettings {
  /** 1 to 10,000. */
  readonly batchSize: number;
  /** How long a batch may wait to fill, 0 to 300,000. */
  readonly windowMs: number;
  /** Patterns as given; empty: no filter. */
  readonly filters: readonly string[];
  /** ReportBatchItemFailures. */
  readonly reportFailures: boolean;
  /** Queues: 2 to 1,000; undefined: only the account's limit holds. */
  readonly maximumConcurrency?: number;
  /** Streams only, from here on. */
  readonly stream?: StreamSettings;
}

export interface StreamSettings {
  readonly startingPosition: StartingPosition;
  /** Epoch ms, for AT_TIMESTAMP. */
  readonly startingTimestamp?: number;
  /** 1 to 10. */
  readonly parallelizationFactor: number;
  /** -1: without end. */
  readonly maxRetries: number;
  /** -1: as long as the stream keeps them. */
  readonly maxAgeMs: number;
  readonly bisect: boolean;
  /** 0: no tumbling window. */
  readonly tumblingMs: number;
  /** ARN of a queue, topic or bucket. */
  readonly onFailure?: string;
}

export interface EventSourceMapping extends Place {
  readonly uuid: string;
  readonly source: MappingSource;
  readonly sourceArn: string;
  /** As it is shown and invoked: qualified where the caller qualified it. */
  readonly functionArn: string;
  readonly settings: MappingSettings;
  /** What its owner wants; state says how far that is. */
  readonly enabled: boolean;
  readonly state: MappingState;
  /** One more with each change by its owner. */
  readonly revision: number;
  /** Epoch ms. */
  readonly modified: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Where it is to go back to before it goes on; dispatch does so, and takes this away. */
  readonly rewind?: readonly ShardMark[];
}

export const eventSourceMappings = collection<EventSourceMapping>({
  name: 'lambda.event-source-mappings',
  key: ['account', 'region', 'uuid'],
  indexes: [
    { name: 'source', fields: ['sourceArn', 'functionArn'] },
    { name: 'function', fields: ['functionArn'] },
  ],
});

/** Changes of mappings by their owners, so that they are obeyed at once; body is a MappingChange. */
export const mappingTopic: TopicSpec = {
  name: 'lambda.mappings',
  lanes: 1,
  retention: { ageMs: 24 * 60 * 60 * 1000, bytes: 64 * 2 ** 20 },
};

export interface MappingChange {
  readonly uuid: string;
}

export function mappingArn({ region, account, uuid }: Pick<EventSourceMapping, 'region' | 'account' | 'uuid'>): string {
  return `arn:aws:lambda:${region}:${account}:event-source-mapping:${uuid}`;
}

/** How the ledger names it. */
export function mappingSubscriber(uuid: string): string {
  return `mapping:${uuid}`;
}

/** Whether it is between two states, so that its owner has to wait. */
export function isSettling({ state }: Pick<EventSourceMapping, 'state'>): boolean {
  return state !== 'Enabled' && state !== 'Disabled';
}

/** The state of a mapping once dispatch has obeyed it. */
export function settledState({ enabled }: Pick<EventSourceMapping, 'enabled'>): MappingState {
  return enabled ? 'Enabled' : 'Disabled';
}

/**
 * The books of one mapping, in records or messages. Each is counted with its end, in the transaction of its outcome:
 * accepted = filtered + delivered + failed + dead-lettered + expired. A message that goes back to its queue ends as failed; received again
 * it is accepted again.
 */
export interface MappingBooks extends Place {
  readonly uuid: string;
  readonly accepted: number;
  readonly filtered: number;
  readonly delivered: number;
  readonly failed: number;
  readonly 'dead-lettered': number;
  readonly expired: number;
  /** Batches that ended. */
  readonly batches: number;
  /** Invocations. */
  readonly attempts: number;
  /** LastProcessingResult (§10.1). */
  readonly lastResult: string;
}

export type MappingSums = Partial<Omit<MappingBooks, 'uuid' | 'account' | 'region' | 'accepted' | 'lastResult'>>;

export const NO_RECORDS = 'No records processed';

export const mappingBooks = collection<MappingBooks>({ name: 'dispatch.mapping-books', key: ['account', 'region', 'uuid'] });

export function emptyMappingBooks({ account, region, uuid }: Pick<MappingBooks, 'account' | 'region' | 'uuid'>): MappingBooks {
  const zero = { accepted: 0, filtered: 0, delivered: 0, failed: 0, 'dead-lettered': 0, expired: 0, batches: 0, attempts: 0 };
  return { account, region, uuid, ...zero, lastResult: NO_RECORDS };
}

/** The books after these records ended; what ended was accepted. */
export function addToMappingBooks(books: MappingBooks, sums: MappingSums, lastResult = books.lastResult): MappingBooks {
  const of = (name: keyof MappingSums) => sums[name] ?? 0;
  const ended = of('filtered') + of('delivered') + of('failed') + of('dead-lettered') + of('expired');
  return {
    ...books,
    accepted: books.accepted + ended,
    filtered: books.filtered + of('filtered'),
    delivered: books.delivered + of('delivered'),
    failed: books.failed + of('failed'),
    'dead-lettered': books['dead-lettered'] + of('dead-lettered'),
    expired: books.expired + of('expired'),
    batches: books.batches + of('batches'),
    attempts: books.attempts + of('attempts'),
    lastResult,
  };
}

/** What a function's role must be allowed on a source, by the source's service (spec/event-sources.md §11, §12). */
export const sourceActions: Readonly<Record<MappingSource, readonly string[]>> = {
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  kinesis: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:DescribeStream', 'kinesis:ListShards'],
  dynamodb: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream', 'dynamodb:ListStreams'],
};
