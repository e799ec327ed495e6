import { collection } from '../kernel/index.ts';
import { changePlace, changeSequence } from './table-changes.ts';

/**
 * Leads from the id of any record or message to the batches that it was in. Ids that follow each other share a row: a batch costs one row,
 * seldom two, however many records it has. Written with the batch's outcome, which lists the ids themselves, and removed with it.
 */
export interface BatchThread {
  readonly account: string;
  /** What the ids of neighbours have in common. */
  readonly near: string;
  /** Id of the outcome. */
  readonly batch: string;
}

export const batchThreads = collection<BatchThread>({
  name: 'dispatch.batch-threads',
  key: ['account', 'near', 'batch'],
});

/** Of UUIDs of version 7, which begin with their time: 256 ms. */
const TIME_CHARACTERS = 11;
/** Of sequence numbers, which end in a position: a hundred records. */
const POSITION_DIGITS = 2;

/** What an id of a record or message shares with its neighbours'; an id that has none stands for itself. */
export function nearOf(id: string): string {
  if (/^\d+$/.test(id)) return `${id.slice(0, -POSITION_DIGITS)}#`;
  return id[14] === '7' ? id.slice(0, TIME_CHARACTERS) : id;
}

/** The rows of a batch. */
export function threadsOf(records: readonly string[]): ReadonlySet<string> {
  const threads = new Set<string>();
  let [shared, length] = ['', 0];
  for (const id of records) {
    // Most follow their neighbour: this comparison costs a tenth of finding out.
    if (id.length === length && id.startsWith(shared)) continue;
    const near = nearOf(id);
    threads.add(near);
    [shared, length] = [near.endsWith('#') ? near.slice(0, -1) : near, id.length];
  }
  return threads;
}

export interface NamedRecord {
  /** As an outcome lists it: message id or sequence number. */
  readonly record: string;
  /** Where it must be, when the id says that. */
  readonly lane?: number;
}

const KINESIS_EVENT = /^shardId-\d{12}:(\d{56})$/;

/** What a record's id means: a message id, a sequence number, or the event id that functions get. */
export function namedRecord(id: string): NamedRecord {
  const change = changePlace(id);
  if (change) return { record: changeSequence(change.position), lane: change.lane };
  return { record: KINESIS_EVENT.exec(id)?.[1] ?? id };
}
