import type { Position, StoredEvent, Transaction } from '../kernel/index.ts';
import type { Place } from './functions.ts';

/** What event source mappings poll: filled in by services, used by dispatch. */
export interface QueueSource {
  /** Undefined: no such queue. */
  readonly find: (queueArn: string) => Promise<SourceQueue | undefined>;
  /**
   * Takes up to max visible messages in one transaction and hides them for visibilityMs; of a FIFO queue never one of a group that is in
   * flight. Messages beyond their redrive limit move to the dead-letter queue instead. Answers at once, with none when there are none.
   */
  readonly receive: (queueArn: string, max: number, visibilityMs: number) => Promise<readonly QueueMessage[]>;
  /** Deletes what was received, in dispatch's transaction; handles that no longer hold are passed over. */
  readonly remove: (tx: Transaction, queueArn: string, receiptHandles: readonly string[]) => Promise<void>;
  /** Makes messages visible again after delayMs, in dispatch's transaction. */
  readonly release: (tx: Transaction, queueArn: string, receiptHandles: readonly string[], delayMs: number) => Promise<void>;
  /** Calls wake whenever messages may have become receivable (sent, visible again, delay over, group freed); returns what ends it. */
  readonly watch: (queueArn: string, wake: () => void) => () => void;
}

export interface SourceQueue {
  readonly fifo: boolean;
  readonly visibilityTimeoutMs: number;
}

/** A received message, in the words of ReceiveMessage with all attributes asked for. */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly md5OfMessageAttributes?: string;
  /** ApproximateReceiveCount, SentTimestamp, SenderId, MessageGroupId, … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, { dataType: string; stringValue?: string; binaryValue?: string }>>;
  /** The invocation that sent it, if one did. */
  readonly cause?: string;
}

/** All that event source mappings can poll. */
export interface EventSources {
  readonly queues?: QueueSource;
  /** By the service of the stream's ARN. */
  readonly streams: Readonly<Record<string, StreamSource>>;
}

/** A stream's shards are lanes of a topic; mappings follow them there. Kinesis and DynamoDB Streams each fill in one. */
export interface StreamSource {
  /** Undefined: no such stream. */
  readonly find: (streamArn: string) => Promise<SourceStream | undefined>;
  /** ARNs of an account's streams in a region, as many as most (up to 1,000). */
  readonly list: (place: Place, most: number) => Promise<readonly string[]>;
  /** Calls wake when shards were added, closed or removed; returns what ends it. */
  readonly watch: (streamArn: string, wake: () => void) => () => void;
  /** One record as functions get it (spec/event-sources.md §12, §13). Pure. */
  readonly record: (event: StoredEvent, streamArn: string, shardId: string, roleArn: string) => Record<string, unknown>;
  /** The sequence number of an event of a shard, as in record. Pure. */
  readonly sequenceNumber: (event: StoredEvent) => string;
  /** What keeps records in order below the shard: the partition key, or the item's key. Pure. */
  readonly orderKey: (event: StoredEvent) => string;
}

export interface SourceStream {
  readonly topic: string;
  readonly shards: readonly SourceShard[];
  /** How long records are kept, in ms. */
  readonly retentionMs: number;
}

export interface SourceShard {
  readonly shardId: string;
  readonly lane: number;
  /** Shards that must be read to their end first. */
  readonly parents: readonly string[];
  /** The shard's first position in its lane, and for a closed shard the position after its last. */
  readonly first: Position;
  readonly end?: Position;
}
