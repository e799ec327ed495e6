import type { Clock } from '../../kernel/index.ts';

/** What one shard takes and gives in a second (spec/backends.md §5); a second's worth may come at once. */
export const WRITE_RECORDS = 1000;
export const WRITE_BYTES: number = 2 ** 20;
export const READ_CALLS = 5;
export const READ_BYTES: number = 2 * 2 ** 20;

/** What a shard may still take; filled up again as time passes. */
interface Bucket {
  /** Monotonic ms of the last look. */
  at: number;
  count: number;
  bytes: number;
}

interface Rate {
  readonly count: number;
  readonly bytes: number;
}

const WRITES: Rate = { count: WRITE_RECORDS, bytes: WRITE_BYTES };
const READS: Rate = { count: READ_CALLS, bytes: READ_BYTES };

/** A bucket untouched for so long may owe nothing more: the largest answer is 10 MiB, at 2 MiB a second. */
const FULL_AFTER_MS = 12_000;
const MOST_KEPT = 10_000;

/**
 * The limits of shards, in memory. A large record or answer may overdraw its shard's bytes, as on AWS: then nothing more passes until
 * they are paid off. Costs less than 1 µs a record.
 */
export class Throttles {
  readonly #clock: Clock;
  readonly #writes = new Map<string, Bucket>();
  readonly #reads = new Map<string, Bucket>();
  /** Shards whose writes were refused since the last call of takeHot, as `{stream id}/{shard}`. */
  #hot = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a record of so many bytes, or answers false. */
  write(stream: string, shard: number, bytes: number): boolean {
    const key = `${stream}/${shard}`;
    const bucket = this.#bucket(this.#writes, key, WRITES);
    if (bucket.count < 1 || bucket.bytes < Math.min(bytes, WRITE_BYTES)) {
      if (this.#hot.size < MOST_KEPT) this.#hot.add(key);
      return false;
    }
    bucket.count -= 1;
    bucket.bytes -= bytes;
    return true;
  }

  /** Takes a call of GetRecords, or answers false; what it then read is taken with readBytes. */
  read(stream: string, shard: number): boolean {
    const bucket = this.#bucket(this.#reads, `${stream}/${shard}`, READS);
    if (bucket.count < 1 || bucket.bytes <= 0) return false;
    bucket.count -= 1;
    return true;
  }

  readBytes(stream: string, shard: number, bytes: number): void {
    this.#bucket(this.#reads, `${stream}/${shard}`, READS).bytes -= bytes;
  }

  takeHot(): ReadonlySet<string> {
    const hot = this.#hot;
    this.#hot = new Set();
    return hot;
  }

  #bucket(buckets: Map<string, Bucket>, key: string, rate: Rate): Bucket {
    const now = this.#clock.monotonic();
    const known = buckets.get(key);
    if (!known) {
      if (buckets.size >= MOST_KEPT) forgetFull(buckets, now);
      const fresh = { at: now, count: rate.count, bytes: rate.bytes };
      buckets.set(key, fresh);
      return fresh;
    }
    const passed = Math.max(0, now - known.at) / 1000;
    known.at = now;
    known.count = Math.min(rate.count, known.count + passed * rate.count);
    known.bytes = Math.min(rate.bytes, known.bytes + passed * rate.bytes);
    return known;
  }
}

function forgetFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, { at }] of buckets) if (now - at > FULL_AFTER_MS) buckets.delete(key);
}
