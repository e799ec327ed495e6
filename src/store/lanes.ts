import { crc32 } from 'node:zlib';
import { bug, type EventInput, type Position, type StoredEvent, type TopicSpec } from '../kernel/index.ts';
import { type Connection, corrupt, type Row } from './connection.ts';
import { PAGE_BYTES, PAGE_ROWS } from './ranges.ts';
import { topicName } from './schema.ts';
import type { Scope } from './table.ts';

/** Positions of one lane; lane and position share a rowid of 53 bits. */
export const LANE_SPAN = 2 ** 40;
const MOST_LANES = 4096;

/** Bodies whose JSON is larger are blobs. */
export const BODY_INLINE = 256 * 1024;

/** One lane of a topic: where the next event goes, and up to where it is synced. */
export class Lane implements Scope {
  readonly topic: string;
  readonly lane: number;
  readonly sqlName: string;
  touched = 0;
  next: Position = 1;
  first: Position = 1;
  /** Bytes ever appended; each event keeps the total up to itself, so that the size of any stretch is a difference. */
  total = 0;
  /** The first position that is not yet synced. */
  synced: Position = 1;
  readonly waiting = new Set<() => void>();
  closed = false;
  readonly #seed: number;

  constructor(topic: string, lane: number) {
    this.topic = topic;
    this.lane = lane;
    this.sqlName = topicName(topic);
    this.#seed = crc32(`${topic}\0${lane}\0`);
  }

  load(connection: Connection): void {
    const kept = connection.row('select first, total, sum from lanes where topic=? and lane=?', this.topic, this.lane);
    if (kept && laneSum(this.topic, this.lane, kept) !== kept[2]) throw corrupt(`lane ${this.topic}/${this.lane}`);
    const edge = (which: string) =>
      connection.row(
        `select at, total from ${this.sqlName} where at between ? and ? order by at ${which} limit 1`,
        this.at(0),
        this.at(LANE_SPAN - 1),
      );
    const last = edge('desc');
    this.first = (kept?.[0] as number | undefined) ?? 1;
    this.next = last ? this.positionOf(last[0] as number) + 1 : this.first;
    this.total = ((last ?? kept)?.[1] as number | undefined) ?? 0;
    this.synced = this.next;
  }

  at(position: Position): number {
    return this.lane * LANE_SPAN + position;
  }

  positionOf(at: number): Position {
    return at - this.lane * LANE_SPAN;
  }

  append(connection: Connection, event: string, blob: string | null, stored: number, size: number): Position {
    const position = this.next;
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
    const text = `select at, stored, total, blob, event, sum from ${this.sqlName} where at >= ? and at < ? order by at limit ?`;
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

  /** Says that events below next are synced, and wakes who follows. */
  reveal(next: Position): void {
    this.synced = next;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Ends all followers. */
  close(): void {
    this.closed = true;
    this.reveal(this.synced);
  }

  #sum(position: Position, total: number, stored: number, blob: string | null, event: string): number {
    return crc32(`${position}\0${total}\0${stored}\0${blob ?? ''}\0${event}`, this.#seed);
  }
}

/** All lanes by topic. */
export class Topics {
  readonly #lanes = new Map<string, readonly Lane[]>();
  readonly specs: readonly TopicSpec[];

  constructor(connection: Connection, specs: readonly TopicSpec[]) {
    this.specs = specs;
    for (const spec of specs) {
      if (!(spec.lanes >= 1 && spec.lanes <= MOST_LANES)) throw bug(`topic ${spec.name} must have 1 to ${MOST_LANES} lanes`);
      const lanes = Array.from({ length: spec.lanes }, (_, lane) => new Lane(spec.name, lane));
      for (const lane of lanes) lane.load(connection);
      this.#lanes.set(spec.name, lanes);
    }
  }

  lane(topic: string, lane: number): Lane {
    const found = this.#lanes.get(topic)?.[lane];
    if (!found) throw bug(`no lane ${lane} in topic ${topic}`);
    return found;
  }

  all(): Lane[] {
    return [...this.#lanes.values()].flat();
  }
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
