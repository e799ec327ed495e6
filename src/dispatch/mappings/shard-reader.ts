import type { Clock, Logger, Position, Store, StoredEvent } from '../../kernel/index.ts';
import { Trouble } from './trouble.ts';

const PAGE = 1000;
const AGAIN_MS = 1000;

/**
 * Reads one lane for the slices of a shard. Those at its edge share one follower, so that an event is read and parsed once and delivery
 * starts as soon as it is synced; the others read behind, at their own pace. Nothing runs while there is nothing to read.
 */
export class ShardReader {
  readonly #ports: { readonly store: Store; readonly clock: Clock; readonly logger: Logger };
  readonly #lane: { readonly topic: string; readonly lane: number };
  /** The latest pages, the newest last; as many as slices may lag without reading the store. */
  readonly #pages: StoredEvent[][] = [];
  readonly #kept: number;
  readonly #slices: number;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<(why?: 'nudged') => void>();
  #following: AsyncIterator<StoredEvent[]> | undefined;
  #pulling = false;
  /** What the follower gives next. */
  #edge: Position;
  #end: Position | undefined;
  #cancelRetry = () => {};
  readonly #trouble: Trouble;

  constructor(
    ports: { readonly store: Store; readonly clock: Clock; readonly logger: Logger },
    lane: { readonly topic: string; readonly lane: number },
    from: { readonly edge: Position; readonly end: Position | undefined; readonly slices: number },
  ) {
    this.#ports = ports;
    this.#lane = lane;
    this.#edge = from.edge;
    this.#end = from.end;
    this.#slices = from.slices;
    this.#kept = from.slices === 1 ? 1 : 4;
    this.#trouble = new Trouble((error) => ports.logger.error('a shard could not be read, trying again', { ...lane, error }));
  }

  /** Why the lane cannot be read; '' while it can. */
  get trouble(): string {
    return this.#trouble.reason;
  }

  /** The shard was closed: it ends before this position. */
  close(end: Position | undefined): void {
    if (end === this.#end) return;
    this.#end = end;
    this.#wake();
  }

  get stopped(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Whether a slice that has come so far has all of the shard. */
  isEnd(position: Position): boolean {
    return this.#end !== undefined && position >= this.#end;
  }

  /** The position after the shard's last, once it is closed. */
  get end(): Position | undefined {
    return this.#end;
  }

  /**
   * Events at or after a position, waiting for the first; none when ms have passed, at the shard's end, when nudged, or after stop. Those at or after the
   * shard's end are not its own.
   */
  async next(from: Position, ms?: number): Promise<readonly StoredEvent[]> {
    const until = ms === undefined ? undefined : this.#ports.clock.monotonic() + ms;
    while (!this.#ending.signal.aborted && !this.isEnd(from)) {
      const page = this.#page(from) ?? (from < this.#edge ? await this.#behind(from) : undefined);
      if (page) return page;
      this.#pull(from);
      const left = until === undefined ? undefined : until - this.#ports.clock.monotonic();
      if (left !== undefined && left <= 0) return [];
      if ((await this.#woken(left)) === 'nudged') return [];
    }
    return [];
  }

  /** Lets who waits look at its settings again. */
  nudge(): void {
    for (const wake of [...this.#waiting]) wake('nudged');
  }

  /** Ends all waiting. */
  stop(): void {
    this.#ending.abort();
    this.#cancelRetry();
    this.#wake();
  }

  #page(from: Position): StoredEvent[] | undefined {
    const page = this.#pages.findLast((one) => one[0]!.position <= from && from <= one.at(-1)!.position);
    return page?.slice(from - page[0]!.position);
  }

  async #behind(from: Position): Promise<StoredEvent[] | undefined> {
    const events = await this.#ports.store.read.events(this.#lane.topic, this.#lane.lane, from, PAGE);
    return events.length > 0 ? events : undefined;
  }

  #pull(from: Position): void {
    if (this.#pulling) return;
    this.#pulling = true;
    const { topic, lane } = this.#lane;
    this.#edge = Math.max(this.#edge, from);
    this.#following ??= this.#ports.store.follow(topic, lane, this.#edge, this.#ending.signal)[Symbol.asyncIterator]();
    this.#following.next().then(
      ({ value, done }) => this.#pulled(done ? undefined : value),
      (error) => this.#failed(error),
    );
  }

  #pulled(events: StoredEvent[] | undefined): void {
    this.#pulling = false;
    if (events?.length) {
      this.#trouble.over();
      this.#pages.push(events);
      if (this.#pages.length > this.#kept) this.#pages.shift();
      this.#edge = events.at(-1)!.position + 1;
    }
    this.#wake();
  }

  #failed(error: unknown): void {
    this.#following = undefined;
    if (this.#ending.signal.aborted) return;
    this.#trouble.meet(error);
    this.#cancelRetry = this.#ports.clock.after(AGAIN_MS, () => this.#pulled(undefined));
  }

  #woken(ms: number | undefined): Promise<'nudged' | undefined> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#ports.clock.after(ms, () => wake());
      const wake = (why?: 'nudged') => {
        cancel();
        this.#waiting.delete(wake);
        resolve(why);
      };
      this.#waiting.add(wake);
      // All are at the edge: what was read is needed no more.
      if (this.#waiting.size === this.#slices) this.#pages.length = 0;
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
