import type { StoredEvent } from '../../kernel/index.ts';
import {
  type EventSourceMapping,
  inWindow,
  type OpenWindow,
  RECORDS_BYTES,
  STATE_BYTES,
  sliceOf,
  type Work,
  wasDone,
  windowAt,
} from '../../model/index.ts';
import type { LedgerRecord } from './record-batch.ts';
import type { Shard } from './shard.ts';

/** A record of a stream as it goes into a batch. */
export interface StreamRecord extends LedgerRecord {
  readonly position: number;
  /** Its JSON, made once. */
  readonly text: string;
  readonly bytes: number;
  /** What was thrown when it was to be made for the function; text says what is stored. */
  readonly broken?: { readonly error: unknown };
}

/** What a slice has in hand. */
export interface Batch {
  readonly work: Work;
  readonly records: readonly StreamRecord[];
  /** Records that filters dropped on the way here, and positions that were gone before they could be read; not yet in the books. */
  readonly filtered: number;
  readonly lost: number;
  /** The tumbling window that the records belong to; with final, which ends here. */
  readonly window?: OpenWindow | undefined;
  readonly final: boolean;
}

interface Place {
  readonly slice: number;
  readonly from: number;
  readonly window: OpenWindow | undefined;
  /** Told how far it is while there is nothing in hand: what lies behind was for other slices. */
  readonly passed?: (to: number) => void;
}

/** Filters that drop everything are written down this often. */
const MOST_FILTERED = 1000;

/** The next batch of a slice: waits for a first record, then until the batch is full or its time is over (spec/event-sources.md §10). */
export async function collectBatch(shard: Shard, place: Place): Promise<Batch | 'ended'> {
  const { reader, live } = shard;
  const { clock } = shard.ports;
  const open = new OpenBatch(shard, place);
  let since: number | undefined;
  for (;;) {
    const { windowMs } = live.mapping.settings;
    if (open.records.length > 0) since ??= clock.monotonic();
    const left = () => {
      if (open.hasNews()) return 0;
      const ofBatch = since === undefined ? undefined : since + windowMs - clock.monotonic();
      return earliest(ofBatch, open.window && open.window.end - clock.now());
    };
    const wait = left();
    const events = await reader.next(open.to, wait === undefined ? undefined : Math.max(0, wait));
    if (open.take(events)) break;
    if (open.isEmpty()) place.passed?.(open.to);
    if (events.length > 0) continue;
    if (reader.stopped) return 'ended';
    if ((left() ?? 0) > 0 && !reader.isEnd(open.to)) continue;
    if (open.records.length === 0 && !open.hasNews()) {
      const over = open.window !== undefined && (reader.isEnd(open.to) || open.window.end <= clock.now());
      if (!over && !reader.isEnd(open.to)) continue;
      if (!over) return 'ended';
      open.final = true;
    }
    break;
  }
  return open.batch();
}

/** The records of a batch that is tried again after a restart. */
export async function reloadBatch(shard: Shard, place: Place, work: Work): Promise<Batch> {
  if (work.from === work.to) return { work, records: [], filtered: 0, lost: 0, window: place.window, final: true };
  const open = new OpenBatch(shard, { ...place, from: work.from });
  while (open.to < work.to && !shard.reader.stopped) {
    const events = await shard.reader.next(open.to);
    if (events.length > 0) open.takeUntil(events, work.to);
    else if (shard.reader.isEnd(open.to)) break;
  }
  return { ...open.batch(), filtered: 0, work };
}

/** What a batch says to the function. */
export function payloadOf({ records }: Batch, members: Record<string, unknown> | undefined): string {
  const list = `{"Records":[${records.map(({ text }) => text).join(',')}]`;
  return members === undefined ? `${list}}` : `${list},${JSON.stringify(members).slice(1)}`;
}

class OpenBatch {
  readonly records: StreamRecord[] = [];
  readonly #shard: Shard;
  readonly #place: Place;
  readonly #mapping: EventSourceMapping;
  readonly #role: string;
  readonly #most: number;
  to: number;
  window: OpenWindow | undefined;
  final = false;
  #bytes = 0;
  #filtered = 0;
  #lost = 0;

  constructor(shard: Shard, place: Place) {
    this.#shard = shard;
    this.#place = place;
    this.#mapping = shard.live.mapping;
    this.#role = shard.role();
    this.to = place.from;
    this.window = place.window;
    this.#most = RECORDS_BYTES - (this.#tumblingMs > 0 ? STATE_BYTES : 0);
  }

  get #tumblingMs(): number {
    return this.#mapping.settings.stream!.tumblingMs;
  }

  isEmpty(): boolean {
    return this.records.length + this.#filtered + this.#lost === 0;
  }

  /** Whether there is something to write down although there is no record. */
  hasNews(): boolean {
    return this.records.length === 0 && this.#filtered + this.#lost > 0;
  }

  /** True when the batch is complete. */
  take(events: readonly StoredEvent[]): boolean {
    for (const event of events) {
      if (!this.#reach(event)) return false;
      if (this.#isMine(event) && !this.#add(event)) return true;
      this.to = event.position + 1;
      if (this.records.length >= this.#mapping.settings.batchSize) return true;
    }
    return this.records.length === 0 && this.#filtered >= MOST_FILTERED;
  }

  takeUntil(events: readonly StoredEvent[], end: number): void {
    for (const event of events) {
      if (event.position >= end) {
        this.#lost += this.records.length === 0 ? end - this.to : 0;
        this.to = end;
        return;
      }
      if (!this.#reach(event)) return;
      if (this.#isMine(event)) this.#push(event);
      this.to = event.position + 1;
    }
  }

  batch(): Batch {
    const from = this.final ? this.to : this.#place.from;
    const work = { from, to: this.to, attempts: 0, invocations: 0 };
    const { records, final, window } = this;
    return { work, records, filtered: this.#filtered, lost: this.#lost, window, final };
  }

  /** Counts what was gone before this event; false beyond the shard's end. */
  #reach(event: StoredEvent): boolean {
    const { end } = this.#shard.reader;
    const at = end === undefined ? event.position : Math.min(event.position, end);
    // Whose records they were is not known: the first slice counts them for all.
    if (this.#place.slice === 0) this.#lost += at - this.to;
    this.to = at;
    return at === event.position && at !== end;
  }

  #isMine(event: StoredEvent): boolean {
    const { earlier } = this.#shard;
    const factor = this.#mapping.settings.stream!.parallelizationFactor;
    if (factor === 1 && earlier.earlier === undefined) return true;
    const key = this.#keyOf(event);
    return sliceOf(key, factor) === this.#place.slice && !wasDone(earlier, key, event.position);
  }

  /** A record that cannot even be read is in the slice of those without a key. */
  #keyOf(event: StoredEvent): string {
    return orElse(() => this.#shard.source.orderKey(event), '');
  }

  /** False when it belongs into another batch, or would make this one too large. */
  #add(event: StoredEvent): boolean {
    if (this.#tumblingMs > 0) {
      this.window ??= windowAt(event.time, this.#tumblingMs);
      if (!inWindow(this.window, event.time)) {
        this.final = this.records.length === 0 && !this.hasNews();
        return false;
      }
    }
    const record = this.#push(event);
    if (!record || this.#bytes <= this.#most || this.records.length === 1) return true;
    this.records.pop();
    return false;
  }

  #push(event: StoredEvent): StreamRecord | undefined {
    const record = this.#recordOf(event);
    if (!record) {
      this.#filtered += 1;
      return undefined;
    }
    this.#bytes += record.bytes + 1;
    this.records.push(record);
    return record;
  }

  /** Undefined when a filter drops it. A record that nothing can be made of is one nevertheless: it must have its end like the others. */
  #recordOf(event: StoredEvent): StreamRecord | undefined {
    const { source, shardId, live } = this.#shard;
    const { id: of, position, time, cause } = event;
    const id = orElse(() => source.sequenceNumber(event), String(position));
    const record = (text: string) => ({ id, event: of, time, cause, position, text, bytes: Buffer.byteLength(text) });
    try {
      const shown = source.record(event, this.#mapping.sourceArn, shardId, this.#role);
      if (this.#mapping.settings.filters.length > 0 && !live.filter(shown)) return undefined;
      return record(JSON.stringify(shown));
    } catch (error) {
      const { type, subject, body } = event;
      return { ...record(JSON.stringify({ type, subject, position, body })), broken: { error } };
    }
  }
}

function orElse(make: () => string, otherwise: string): string {
  try {
    return make();
  } catch {
    return otherwise;
  }
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
