import { crc32 } from 'node:zlib';
import { type EventInput, type Position, platformFailure, type StoredEvent } from '../kernel/index.ts';
import { type Connection, corrupt, type Row } from './connection.ts';
import { PAGE_BYTES, PAGE_ROWS } from './ranges.ts';
import { topicTable } from './schema.ts';
import { quote, type Scope } from './table.ts';

/** Positions of one lane, in topics with fixed lanes and in open ones; lane and position share a rowid of 53 bits. */
const FIXED_SPAN = 2 ** 40;
const OPEN_SPAN = 2 ** 36;

/** Bodies whose JSON is larger are blobs. */
export const BODY_INLINE = 256 * 1024;

/** One lane of a topic: where the next event goes, and up to where it is synced. */
export class Lane implements Scope {
  readonly topic: string;
  readonly lane: number;
  readonly sqlName: string;
  readonly span: number;
  touched = 0;
  next: Position = 1;
  first: Position = 1;
  /** As first, of what is synced. */
  oldest: Position = 1;
  /** Bytes ever appended; each event keeps the total up to itself, so that the size of any stretch is a difference. */
  total = 0;
  /** The first position that is not yet synced. */
  synced: Position = 1;
  readonly waiting = new Set<() => void>();
  /** Who follows, waiting or not. */
  followers = 0;
  closed = false;
  readonly #seed: number;

  constructor(topic: string, lane: number, open: boolean) {
    this.topic = topic;
    this.lane = lane;
    this.span = laneSpan(open);
    this.sqlName = quote(topicTable(topic, open));
    this.#seed = crc32(`${topic}\0${lane}\0`);
  }

  load(connection: Connection): void {
    const kept = connection.row('select first, total, sum from lanes where topic=? and lane=?', this.topic, this.lane);
    if (kept && laneSum(this.topic, this.lane, kept) !== kept[2]) throw corrupt(`lane ${this.topic}/${this.lane}`);
    const edge = (which: string) =>
      connection.row(
        `select at, total from ${this.sqlName} where at between ? and ? order by at ${which} limit 1`,
        this.at(0),
        this.at(this.span - 1),
      );
    const last = edge('desc');
    this.first = (kept?.[0] as number | undefined) ?? 1;
    this.next = last ? this.positionOf(last[0] as number) + 1 : this.first;
    this.total = ((last ?? kept)?.[1] as number | undefined) ?? 0;
    this.synced = this.next;
    this.oldest = this.first;
  }

  at(position: Position): number {
    return this.lane * this.span + position;
  }

  positionOf(at: number): Position {
    return at - this.lane * this.span;
  }

  append(connection: Connection, event: string, blob: string | null, stored: number, size: number): Position {
    const position = this.next;
    if (position >= this.span) throw platformFailure('StoreFull', `lane ${this.topic}/${this.lane} has used up its positions`);
    const total = this.total + size;
    connection.run(
      `insert into ${this.sqlName} values (?,?,?,?,?,?)`,
      this.at(position),
      stored,
      total,
      blob,
      event,
      this.#sum(position, total, stored, blob, event),
    );
    this.next = position + 1;
    this.total = total;
    return position;
  }

  /** Events from a position on, below until, as rows; checked. A blob's body is fetched by the caller's function. */
  read(connection: Connection, from: Position, until: Position, limit: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    let bytes = 0;
    const text = `select at, stored, total, blob, event, sum from ${this.sqlName} where at >= ? and at < ? order by at limit +?`;
    const rows = connection.each(text, this.at(Math.max(from, 0)), this.at(until), Math.min(limit, PAGE_ROWS));
    for (const row of rows) {
      if (bytes >= PAGE_BYTES) break;
      const event = this.decode(row);
      events.push(event);
      bytes += (row[4] as string).length;
      if (row[3] !== null) bytes += restoreBody(connection, event, row[3] as string);
    }
    return events;
  }

  decode(row: Row): StoredEvent {
    const position = this.positionOf(row[0] as number);
    if (this.#sum(position, row[2] as number, row[1] as number, row[3] as string | null, row[4] as string) !== row[5])
      throw corrupt(`topic ${this.topic} lane ${this.lane} position ${position}`);
    const event = JSON.parse(row[4] as string);
    event.topic = this.topic;
    event.lane = this.lane;
    event.position = position;
    return event;
  }

  /** True when nothing but the database knows anything of it; synced is the last synced commit. */
  idle(synced: number): boolean {
    return this.followers === 0 && this.touched <= synced && this.next === this.synced && this.first === this.oldest;
  }

  /** Says that events from oldest to below next are synced, and wakes who follows. */
  reveal(next: Position, oldest: Position): void {
    this.synced = next;
    this.oldest = oldest;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Ends all followers. */
  close(): void {
    this.closed = true;
    this.reveal(this.synced, this.oldest);
  }

  #sum(position: Position, total: number, stored: number, blob: string | null, event: string): number {
    return crc32(`${position}\0${total}\0${stored}\0${blob ?? ''}\0${event}`, this.#seed);
  }
}

/** How many positions a lane has: what a lane's number is multiplied by in `at`. */
export function laneSpan(open: boolean): number {
  return open ? OPEN_SPAN : FIXED_SPAN;
}

/** Checksum of a row of `lanes`, given its first and total. */
export function laneSum(topic: string, lane: number, row: Row): number {
  return crc32(`${topic}\0${lane}\0${row[0]}\0${row[1]}`);
}

/** An event as it is kept: its JSON, and apart from it the body when that is large. */
export function encodeEvent(event: EventInput): { text: string; body?: string } {
  const text = JSON.stringify(event);
  if (text.length <= BODY_INLINE / 3) return { text };
  const body = JSON.stringify(event.body);
  if (body === undefined || Buffer.byteLength(body) <= BODY_INLINE) return { text };
  return { text: JSON.stringify({ ...event, body: undefined }), body };
}

function restoreBody(connection: Connection, event: StoredEvent, hash: string): number {
  const content = connection.row('select content from blobs where hash=?', hash)?.[0] as Uint8Array | undefined;
  if (!content) throw corrupt(`blob ${hash} of topic ${event.topic} lane ${event.lane} position ${event.position} is not there`);
  (event as { body: unknown }).body = JSON.parse(
    Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8'),
  );
  return content.byteLength;
}
