import { collection, type Position, type StoredEvent, type TopicSpec } from '../kernel/index.ts';
import type { ItemImage } from './item-images.ts';

/** Changes of items; each enabled stream of a table has a lane of its own. Body is a TableChange. */
export const changeTopic: TopicSpec = { name: 'dynamodb.changes', lanes: 'open' };

/** How long records of a stream are kept. */
export const CHANGE_RETENTION_MS: number = 24 * 60 * 60 * 1000;

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** One change of one item: what its stream's view type lets be seen. The event's type is INSERT, MODIFY or REMOVE. */
export interface TableChange {
  readonly keys: ItemImage;
  readonly newImage?: ItemImage;
  readonly oldImage?: ItemImage;
  /** Bytes of keys and images. */
  readonly size: number;
  readonly viewType: StreamViewType;
  /** The partition key as text. */
  readonly order: string;
  /** True when time to live removed the item. */
  readonly expired?: boolean;
}

/** A stream of a table, as long as its records are kept. It has one shard. */
export interface TableStream {
  readonly account: string;
  readonly region: string;
  readonly table: string;
  /** `2026-01-01T00:00:00.000`. */
  readonly label: string;
  readonly viewType: StreamViewType;
  readonly keySchema: readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];
  readonly shardId: string;
  readonly lane: number;
  readonly first: Position;
  /** Of a disabled stream: the position after its last. */
  readonly end?: Position;
  /** Epoch ms. */
  readonly created: number;
  /** When it was disabled, epoch ms. */
  readonly closed?: number;
}

export const tableStreams = collection<TableStream>({
  name: 'dynamodb.streams',
  key: ['account', 'region', 'table', 'label'],
});

export function tableStreamArn({
  account,
  region,
  table,
  label,
}: Pick<TableStream, 'account' | 'region' | 'table' | 'label'>): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${table}/stream/${label}`;
}

/** The key of a stream out of its ARN; undefined when it is none. */
export function tableStreamKey(arn: string): readonly [string, string, string, string] | undefined {
  const found = /^arn:aws:dynamodb:([^:]*):(\d{12}):table\/([\w.-]+)\/stream\/([\w:.-]+)$/.exec(arn);
  return found ? [found[2]!, found[1]!, found[3]!, found[4]!] : undefined;
}

/** Decimal text of 21 digits that grows with the position in the lane. */
export function changeSequence(position: Position): string {
  return `1${String(position).padStart(20, '0')}`;
}

/** The position of a sequence number; undefined when it is none of ours. */
export function sequencePosition(sequence: string): Position | undefined {
  const found = /^1(\d{20})$/.exec(sequence);
  const position = found ? Number(found[1]) : Number.NaN;
  return Number.isSafeInteger(position) ? position : undefined;
}

const LANE_DIGITS = 5;
const POSITION_DIGITS = 9;
const EVENT_DIGITS = 32;
const EVENT_ID = /^[0-9a-f]{32}$/;

/**
 * The eventID of a record, 32 hex digits: the first ones at random, the last ones its lane and position, so that a trace finds any record by
 * it and nothing has to be kept for that.
 */
export function changeEventId({ id, lane, position }: Pick<StoredEvent, 'id' | 'lane' | 'position'>): string {
  const place = lane.toString(16).padStart(LANE_DIGITS, '0') + position.toString(16).padStart(POSITION_DIGITS, '0');
  return id.slice(0, EVENT_DIGITS - place.length) + place;
}

/** The place of the record that has this eventID; undefined when it is none of ours. */
export function changePlace(eventId: string): { readonly lane: number; readonly position: Position } | undefined {
  if (!EVENT_ID.test(eventId)) return undefined;
  const [lane, position] = [eventId.slice(-LANE_DIGITS - POSITION_DIGITS, -POSITION_DIGITS), eventId.slice(-POSITION_DIGITS)];
  return { lane: Number.parseInt(lane, 16), position: Number.parseInt(position, 16) };
}

/** One record as functions get it (spec/event-sources.md §13): attribute values in DynamoDB JSON, the time in epoch seconds. */
export function changeRecord(event: StoredEvent, streamArn: string): Record<string, unknown> {
  const change = event.body as TableChange;
  return {
    eventID: changeEventId(event),
    eventName: event.type,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: event.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(event.time / 1000),
      Keys: change.keys,
      ...(change.newImage ? { NewImage: change.newImage } : {}),
      ...(change.oldImage ? { OldImage: change.oldImage } : {}),
      SequenceNumber: changeSequence(event.position),
      SizeBytes: change.size,
      StreamViewType: change.viewType,
    },
    ...(change.expired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    eventSourceARN: streamArn,
  };
}
