import type { Clock } from '../kernel/index.ts';
import type { Throttle } from '../model/index.ts';

/** Takes one request out of the bucket of that name; false: it is empty. */
export type TakeToken = (bucket: string, limits: Throttle) => boolean;

interface Bucket {
  tokens: number;
  /** Of the clock's monotonic time. */
  filled: number;
}

/** Buckets beyond this forget the one that was used longest ago: it would most likely be full again. */
const MOST_BUCKETS = 10_000;

/** Token buckets: they hold at most burst requests and get rate of them a second. Of this process alone, as on AWS they are a best effort. */
export function createTokenBuckets(clock: Pick<Clock, 'monotonic'>): TakeToken {
  const buckets = new Map<string, Bucket>();
  return (name, { rate, burst }) => {
    const now = clock.monotonic();
    const bucket = buckets.get(name) ?? { tokens: burst, filled: now };
    buckets.delete(name);
    if (buckets.size >= MOST_BUCKETS) buckets.delete(buckets.keys().next().value!);
    buckets.set(name, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filled) / 1000) * rate);
    bucket.filled = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
