import { type EventInput, type Failure, fail, type StoredEvent, type Transaction } from '../../kernel/index.ts';
import { type RecordBody, recordTopic, type Shard, type Stream } from './collections.ts';
import { arnOf } from './found.ts';
import { explicitHash, hashOf } from './hash-keys.ts';
import { sequenceNumber, shardIdOf } from './sequence-numbers.ts';

/** A record to be put, with what is worked out of it once. */
export interface NewRecord {
  readonly body: RecordBody;
  /** 32 hex digits. */
  readonly hash: string;
  /** Bytes of data and partition key, as limits count them. */
  readonly size: number;
}

export interface Entry {
  readonly Data?: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

/** Throws InvalidArgumentException for an explicit hash key beyond the range. */
export function newRecord({ Data, PartitionKey: k = '', ExplicitHashKey: x }: Entry): NewRecord {
  const data = Data!;
  const hash = x === undefined ? hashOf(k) : explicitHash(x);
  const d = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return { body: x === undefined ? { k, d } : { k, d, x }, hash, size: data.byteLength + Buffer.byteLength(k) };
}

/** A text as the validator of the model would write it; path is that of the record. */
export function tooLarge(path: string, limit: number): Failure {
  const at = `Value at '${path}' failed to satisfy constraint`;
  return fail(
    'ValidationException',
    `1 validation error detected: ${at}: Member must have length less than or equal to ${limit}`,
  );
}

export function missingKey(path: string): Failure {
  const at = `Value null at '${path}' failed to satisfy constraint`;
  return fail('ValidationException', `1 validation error detected: ${at}: Member must not be null`);
}

/** AWS's text for shards that take or give no more at the moment. */
export function rateExceeded(shard: number, { name, account }: Stream): string {
  return `Rate exceeded for shard ${shardIdOf(shard)} in stream ${name} under account ${account}.`;
}

/** Appends a record to its shard; resolves to its sequence number. Costs about 10 µs for a record of 100 bytes. */
export async function appendRecord(
  tx: Transaction,
  { stream, shard }: { readonly stream: Stream; readonly shard: Shard },
  event: Pick<EventInput, 'id' | 'time' | 'cause'> & { readonly body: RecordBody },
): Promise<string> {
  const { account, region } = stream;
  const position = await tx.append(recordTopic.name, shard.lane, {
    id: event.id,
    type: 'aws:kinesis:record',
    source: 'kinesis',
    subject: `${arnOf(stream)}/${shardIdOf(shard.shard)}`,
    account,
    region,
    time: event.time,
    ...(event.cause === undefined ? {} : { cause: event.cause }),
    body: event.body,
  });
  return sequenceNumber(shard.shard, position);
}

/** A stored record in the words of GetRecords. */
export function describeRecord(event: StoredEvent) {
  const { k, d } = event.body as RecordBody;
  return {
    SequenceNumber: sequenceOf(event),
    ApproximateArrivalTimestamp: new Date(event.time),
    Data: Buffer.from(d, 'base64'),
    PartitionKey: k,
  };
}

/** The number of the shard that a record is in. */
export function shardOf({ subject }: StoredEvent): number {
  return Number(subject.slice(subject.lastIndexOf('-') + 1));
}

export function sequenceOf(event: StoredEvent): string {
  return sequenceNumber(shardOf(event), event.position);
}

/** Bytes of data and partition key, as limits count them. */
export function sizeOf({ k, d }: RecordBody): number {
  return Buffer.byteLength(k) + Buffer.byteLength(d, 'base64');
}
