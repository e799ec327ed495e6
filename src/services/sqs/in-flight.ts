import type { Clock, Store } from '../../kernel/index.ts';
import { inFlight } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import type { Taken } from './message.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { receive } from './receive.ts';

/** Messages of one queue that may be in flight (spec/backends.md §6.3). */
export const MOST_IN_FLIGHT = 120_000;

/** How often a queue that seems full is counted, and who waits for it tries again. */
const AGAIN_MS = 1_000;
/** Boxes that are remembered; a forgotten one is counted at its next receive. */
const MOST_KNOWN = 10_000;

/** What is known of one box: never less in flight than there is. */
interface Known {
  /** In flight when it was counted, and all that was received since. */
  landed: number;
  /** Asked for by receives that have not ended. */
  underway: number;
  /** Monotonic ms. */
  countedAt: number;
  counting: Promise<void> | undefined;
}

/**
 * Keeps the number of messages in flight within its limit. What this process received since the last count is added to it, so that a
 * receive costs a look into a map; only when the sum reaches the limit are they counted anew, once a second at most. A second process on
 * the same store would add up to its own.
 */
export interface Flights {
  /** How many of max may be received now; they are taken for received until settle. */
  reserve(queue: Queue, max: number): number | Promise<number>;
  settle(queue: Queue, reserved: number, received: number): void;
}

export function createFlights(
  { store, clock }: { readonly store: Pick<Store, 'read'>; readonly clock: Clock },
  most = MOST_IN_FLIGHT,
): Flights {
  const boxes = new Map<string, Known>();
  const knownOf = (box: string): Known => {
    const known = boxes.get(box);
    if (known) return known;
    if (boxes.size >= MOST_KNOWN) boxes.clear();
    const unknown = { landed: most, underway: 0, countedAt: Number.NEGATIVE_INFINITY, counting: undefined };
    boxes.set(box, unknown);
    return unknown;
  };
  const grant = (known: Known, max: number): number => {
    const granted = Math.max(0, Math.min(max, most - known.landed - known.underway));
    known.underway += granted;
    return granted;
  };
  const count = async (known: Known, queue: Queue) => {
    const { landed } = known;
    const counted = await inFlight(store.read, queue, clock.now());
    known.landed += counted - landed;
    known.countedAt = clock.monotonic();
  };
  return {
    reserve(queue, max) {
      const known = knownOf(boxOf(queue));
      if (known.landed + known.underway + max <= most) return grant(known, max);
      if (clock.monotonic() < known.countedAt + AGAIN_MS) return grant(known, max);
      known.counting ??= count(known, queue).finally(() => {
        known.counting = undefined;
      });
      return known.counting.then(() => grant(known, max));
    },
    settle(queue, reserved, received) {
      const known = boxes.get(boxOf(queue));
      if (!known) return;
      known.underway = Math.max(0, known.underway - reserved);
      known.landed += received;
    },
  };
}

/** One receive within the limit of messages in flight. Resolves undefined when it is reached; who waits is woken to try again. */
export async function receiveWithinLimit(
  deps: Pick<SqsDeps, 'store' | 'bells' | 'clock' | 'flights'>,
  queue: Queue,
  asked: Parameters<typeof receive>[2],
): Promise<readonly Taken[] | undefined> {
  const { flights, bells, clock } = deps;
  const max = await flights.reserve(queue, asked.max);
  if (max === 0) {
    bells.ringAt(queueArn(queue), clock.now() + AGAIN_MS);
    return undefined;
  }
  let received = 0;
  try {
    const taken = await receive(deps, queue, { ...asked, max });
    received = taken.length;
    return taken;
  } finally {
    flights.settle(queue, max, received);
  }
}
