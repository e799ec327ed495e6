import type { Reader, StoredEvent } from '../kernel/index.ts';
import { batchThreads, type DeliveryOutcome, type HeldBatch, namedRecord, nearOf, outcomes } from '../model/index.ts';

type Row = HeldBatch | DeliveryOutcome;

/** The batches that a record or message was in, each with an outcome or still held, oldest first; and what is known of the record. */
export interface FoundRecord {
  readonly rows: readonly Row[];
  /** The invocation that wrote or sent it, if one did. */
  readonly cause: string | undefined;
  /** While its stream keeps it; messages of queues are no events. */
  readonly event: StoredEvent | undefined;
}

export interface RecordPorts {
  readonly read: Reader;
  readonly account: string;
  /** Batches of the account that are in flight. */
  readonly held: readonly HeldBatch[];
  /** The sequence number of an event of a stream's topic; undefined for other topics. */
  readonly sequenceNumber: (event: StoredEvent) => string | undefined;
}

const PAGE = 1000;
/** Neighbours of one id: as many batches as may end of what was sent in a quarter of a second. */
const MOST_BATCHES = 10_000;
/** A batch has no more records, and most of those between its first and its last are its own. */
const MOST_READ = 20_000;

/** Finds records by message id, sequence number or event id: one, or none, or one in each stream that has this sequence number. */
export async function findRecord(ports: RecordPorts, id: string): Promise<FoundRecord[]> {
  const { record, lane } = namedRecord(id);
  const has = (row: Row) => (lane === undefined || row.lane === lane) && (row.records?.includes(record) ?? false);
  const ended = (await neighbours(ports, record)).filter(has);
  const held = ports.held.filter((batch) => has(batch) && !isOver(batch, ended));
  const byPlace = Map.groupBy<string, Row>([...ended, ...held], (row) => `${row.topic}/${row.lane}`);
  return Promise.all([...byPlace.values()].map((rows) => found(ports, rows, record)));
}

/** Between the write of an outcome and its durability, the batch is still held. A message may have come back; a record of a stream does not. */
function isOver({ subscriber, position, nextAt }: HeldBatch, ended: readonly DeliveryOutcome[]): boolean {
  return ended.some((row) => row.subscriber === subscriber && (position > 0 || row.time >= nextAt));
}

async function found(ports: RecordPorts, rows: readonly Row[], record: string): Promise<FoundRecord> {
  const first = rows[0]!;
  const event = await eventIn(ports, first, record);
  const cause = event ? event.cause : first.causes ? first.causes[first.records!.indexOf(record)] : first.cause;
  return { rows, cause: cause === '' ? undefined : cause, event };
}

/** Ended batches with this record or with others near it, oldest first. */
async function neighbours({ read, account }: RecordPorts, record: string): Promise<DeliveryOutcome[]> {
  const found: DeliveryOutcome[] = [];
  const prefix = [account, nearOf(record)];
  let after: readonly (string | number)[] | undefined;
  for (let looked = 0; looked < MOST_BATCHES; ) {
    const page = await read.range(batchThreads, { prefix, limit: PAGE, ...(after ? { after } : {}) });
    for (const { batch } of page.items) {
      const row = await read.get(outcomes, [batch]);
      if (row?.account === account) found.push(row);
    }
    looked += page.items.length;
    after = page.next;
    if (!after) break;
  }
  return found.sort((a, b) => a.time - b.time);
}

async function eventIn(
  { read, sequenceNumber }: RecordPorts,
  { topic, lane, position }: Row,
  record: string,
): Promise<StoredEvent | undefined> {
  if (position === 0) return undefined;
  for (let at = position; at < position + MOST_READ; ) {
    const events = await read.events(topic, lane, at, PAGE);
    const found = events.find((event) => sequenceNumber(event) === record);
    if (found || events.length === 0) return found;
    at = events.at(-1)!.position + 1;
  }
  return undefined;
}
