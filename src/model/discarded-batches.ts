import type { MappingSource } from './event-source-mappings.ts';
import type { DiscardCondition } from './mapping-decisions.ts';

/** A batch that was given up, for its OnFailure destination (spec/event-sources.md §12.1). Times are epoch ms. */
export interface DiscardedBatch {
  readonly source: MappingSource;
  /** Of the last invocation, or a new id when there was none. */
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: DiscardCondition;
  readonly invocations: number;
  /** Absent when age ended it. functionError is null when the function reported the records as failed. */
  readonly response?: { readonly executedVersion: string; readonly functionError: string | null };
  readonly time: number;
  readonly streamArn: string;
  readonly shardId: string;
  readonly first: DiscardedRecord;
  readonly last: DiscardedRecord;
  readonly size: number;
}

export interface DiscardedRecord {
  readonly sequenceNumber: string;
  readonly time: number;
}

/** The record for queues and topics; a bucket's has the payload besides. */
export function discardRecord(batch: DiscardedBatch): Record<string, unknown> {
  const kinesis = batch.source === 'kinesis';
  const time = (ms: number) => (kinesis ? new Date(ms).toISOString() : `${new Date(ms).toISOString().slice(0, 19)}Z`);
  const info = {
    shardId: batch.shardId,
    startSequenceNumber: batch.first.sequenceNumber,
    endSequenceNumber: batch.last.sequenceNumber,
    approximateArrivalOfFirstRecord: time(batch.first.time),
    approximateArrivalOfLastRecord: time(batch.last.time),
    batchSize: batch.size,
    streamArn: batch.streamArn,
  };
  return {
    requestContext: {
      requestId: batch.requestId,
      functionArn: batch.functionArn,
      condition: batch.condition,
      approximateInvokeCount: Math.max(1, batch.invocations),
    },
    ...(batch.response && { responseContext: { statusCode: 200, ...batch.response } }),
    version: '1.0',
    timestamp: new Date(batch.time).toISOString(),
    [kinesis ? 'KinesisBatchInfo' : 'DDBStreamBatchInfo']: info,
  };
}

/** The key of such a record in a bucket. */
export function discardKey(uuid: string, batch: Pick<DiscardedBatch, 'shardId' | 'time' | 'requestId'>): string {
  const iso = new Date(batch.time).toISOString();
  const day = iso.slice(0, 10);
  const clock = iso.slice(11, 19).replaceAll(':', '.');
  return `aws/lambda/${uuid}/${batch.shardId}/${day.replaceAll('-', '/')}/${day}T${clock}-${batch.requestId}`;
}
