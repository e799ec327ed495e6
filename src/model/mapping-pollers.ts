/** How many batches of a queue may be in flight (spec/event-sources.md §11): five at first, and more while there is a backlog. */

const FIRST = 5;
/** AWS adds up to 300 concurrent invocations a minute, to 1,250. */
const STEP_MS = 200;
const MOST = 1250;
const FEWEST = 2;

export interface Pollers {
  readonly limit: number;
  /** Epoch ms of the last step up; undefined while nothing more is asked for. */
  readonly since?: number;
}

export const firstPollers: Pollers = { limit: FIRST };

/** Called when more could be polled than limit allows; maximum: MaximumConcurrency, or what the account has. */
export function morePollers(pollers: Pollers, now: number, maximum: number): Pollers {
  const most = Math.min(maximum, MOST);
  if (pollers.limit >= most) return { limit: most };
  if (pollers.since === undefined || now < pollers.since) return { limit: pollers.limit, since: now };
  const steps = Math.floor((now - pollers.since) / STEP_MS);
  if (steps === 0) return pollers;
  return { limit: Math.min(most, pollers.limit + steps), since: pollers.since + steps * STEP_MS };
}

/** Called when a poll found less than it asked for: what was granted shrinks back to the first five. */
export function fewerPollers({ limit }: Pollers): Pollers {
  return { limit: limit > FIRST ? limit - 1 : FIRST };
}

/** Called when an invocation was throttled. */
export function throttledPollers(pollers: Pollers): Pollers {
  return { limit: Math.max(FEWEST, Math.floor(pollers.limit / 2)) };
}

/** How many may be in flight now. */
export function pollersAllowed(pollers: Pollers, maximum: number): number {
  return Math.min(pollers.limit, maximum);
}

/** How often it is worth asking again for more. */
export const POLLER_STEP_MS = STEP_MS;

const EXTRA_MS = 30_000;

/** For how long received messages are hidden: the queue's own time, or longer when a batch may take longer (§11). */
export function effectiveVisibility(queueMs: number, windowMs: number, timeoutMs: number): number {
  return windowMs + timeoutMs > queueMs ? windowMs + timeoutMs + EXTRA_MS : queueMs;
}
