import { fail, type Position, type Reader, type StoredEvent } from '../kernel/index.ts';
import type { Place, StreamSource } from '../model/index.ts';

/** What of a source is listed, newest first. Times are epoch ms; until is inclusive. */
export interface Wanted {
  readonly since: number;
  readonly until: number;
  readonly limit: number;
  readonly fits: (event: StoredEvent) => boolean;
  /** Where the last page ended. */
  readonly after: string | undefined;
}

const MOST_STREAMS = 1000;
const MOST_LANES = 2000;
/** Events looked at in one call, so that one that finds little ends too. */
const MOST_READ = 5000;
const PAGE = 20;

/** Records of all streams of an account, the shards merged by time. A page that looked at much and found little has fewer than limit. */
export async function streamEvents(
  read: Reader,
  { source, place }: { readonly source: StreamSource; readonly place: Place },
  wanted: Wanted,
): Promise<{ readonly events: readonly StoredEvent[]; readonly next?: string }> {
  const last = placeAfter(wanted.after);
  const tails = await tailsOf(read, source, place);
  for (const tail of tails) await tail.seek(Math.min(wanted.until, last?.time ?? Number.MAX_SAFE_INTEGER), last);
  const events: StoredEvent[] = [];
  let shown: StoredEvent | undefined;
  for (let looked = 0; ; looked++) {
    const newest = newestOf(tails);
    if (!newest?.head || newest.head.time < wanted.since) return { events };
    if (events.length >= wanted.limit || looked >= MOST_READ) return { events, next: tokenOf(shown!) };
    shown = newest.head;
    if (shown.account === place.account && wanted.fits(shown)) events.push(shown);
    await newest.pass();
  }
}

async function tailsOf(read: Reader, source: StreamSource, place: Place): Promise<LaneTail[]> {
  const tails: LaneTail[] = [];
  for (const arn of await source.list(place, MOST_STREAMS)) {
    const stream = await source.find(arn);
    for (const { lane, first, end } of stream?.shards ?? []) {
      if (tails.length === MOST_LANES) return tails;
      const kept = await read.bounds(stream!.topic, lane);
      const bounds = { first: Math.max(first, kept.first), end: Math.min(end ?? kept.next, kept.next) };
      tails.push(new LaneTail(read, { topic: stream!.topic, lane, ...bounds }));
    }
  }
  return tails;
}

function newestOf(tails: readonly LaneTail[]): LaneTail | undefined {
  let newest: LaneTail | undefined;
  for (const tail of tails) if (tail.head && (!newest?.head || isBefore(newest.head, tail.head))) newest = tail;
  return newest;
}

type Placed = Pick<StoredEvent, 'time' | 'lane' | 'position'>;

function isBefore(one: Placed, other: Placed): boolean {
  if (one.time !== other.time) return one.time < other.time;
  return one.lane === other.lane ? one.position < other.position : one.lane < other.lane;
}

/** A lane read from its end to its beginning. */
class LaneTail {
  readonly #read: Reader;
  readonly #lane: { readonly topic: string; readonly lane: number; readonly first: Position };
  #end: Position;
  #page: StoredEvent[] = [];

  constructor(
    read: Reader,
    lane: { readonly topic: string; readonly lane: number; readonly first: Position; readonly end: Position },
  ) {
    this.#read = read;
    this.#lane = lane;
    this.#end = lane.end;
  }

  /** The newest event that was not passed. */
  get head(): StoredEvent | undefined {
    return this.#page.at(-1);
  }

  /** Goes to the newest event that is not after this time and, when there is one, before last. Events of a lane stand in the order of their times. */
  async seek(time: number, last: Placed | undefined): Promise<void> {
    let [low, high] = [this.#lane.first, this.#end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const event = await this.#at(middle);
      if (event && (event.time > time || (last && !isBefore(event, last)))) high = middle;
      else low = middle + 1;
    }
    this.#end = low;
    await this.#fill();
  }

  async pass(): Promise<void> {
    this.#page.pop();
    if (this.#page.length === 0) await this.#fill();
  }

  async #at(position: Position): Promise<StoredEvent | undefined> {
    const [event] = await this.#read.events(this.#lane.topic, this.#lane.lane, position, 1);
    return event;
  }

  async #fill(): Promise<void> {
    const { topic, lane, first } = this.#lane;
    const from = Math.max(first, this.#end - PAGE);
    for (let at = from; at < this.#end; ) {
      const events = await this.#read.events(topic, lane, at, this.#end - at);
      const last = events.at(-1);
      if (!last) break;
      this.#page.push(...events.filter(({ position }) => position < this.#end));
      at = last.position + 1;
    }
    this.#end = from;
  }
}

function tokenOf({ time, lane, position }: Placed): string {
  return [time, lane, position].join('-');
}

/** Throws InvalidRequest. */
function placeAfter(token: string | undefined): Placed | undefined {
  if (token === undefined) return undefined;
  const found = /^(\d{1,15})-(\d{1,6})-(\d{1,15})$/.exec(token);
  if (!found) throw fail('InvalidRequest', 'after is not a token of this list');
  return { time: Number(found[1]), lane: Number(found[2]), position: Number(found[3]) };
}
