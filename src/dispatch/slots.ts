import { fail } from '../kernel/index.ts';
import type { FunctionSpec, ReservedTotal } from '../model/index.ts';

export interface Slots {
  /** Takes one slot, or throws TooManyRequestsException 429 with AWS's Reason (spec/invoke.md §8). Call the result exactly once to give it back. */
  take(spec: FunctionSpec): () => void;
  /** Slots in use, for metrics. */
  inUse(): number;
}

/** Counts concurrent invocations against the function's reservation, or else against what the account has unreserved. */
export function createSlots(limit: number, reservedTotal: ReservedTotal): Slots {
  const reserved = new Map<string, number>();
  const unreserved = new Map<string, number>();
  let total = 0;
  const hold = (counts: Map<string, number>, key: string) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    total += 1;
    return () => {
      total -= 1;
      const left = counts.get(key)! - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    };
  };
  return {
    take(spec) {
      if (spec.reservedConcurrency !== undefined) {
        if ((reserved.get(spec.arn) ?? 0) >= spec.reservedConcurrency)
          throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
        return hold(reserved, spec.arn);
      }
      const place = `${spec.account}/${spec.region}`;
      if ((unreserved.get(place) ?? 0) >= limit - reservedTotal(spec)) throw throttled('ConcurrentInvocationLimitExceeded');
      return hold(unreserved, place);
    },
    inUse: () => total,
  };
}

function throttled(reason: string) {
  return fail('TooManyRequestsException', 'Rate Exceeded.', { status: 429, fields: { Reason: reason, Type: 'User' } });
}
