/** Two calls for the same shard must be this far apart; then the later one takes over (spec/backends.md §5). */
const TAKE_OVER_MS = 5_000;

interface Held {
  /** Epoch ms. */
  readonly since: number;
  readonly end: AbortController;
}

/** The subscription that each consumer has on each shard, at most one; in memory, for it lasts no longer than a connection. */
export class Subscriptions {
  readonly #held = new Map<string, Held>();

  /**
   * Begins one, and ends the one that was there. The controller ends it, and let go of it when it has ended. Undefined when another
   * began less than 5 seconds ago.
   */
  begin(key: string, now: number): AbortController | undefined {
    const before = this.#held.get(key);
    if (before && now - before.since < TAKE_OVER_MS) return undefined;
    before?.end.abort();
    const end = new AbortController();
    this.#held.set(key, { since: now, end });
    return end;
  }

  letGo(key: string, end: AbortController): void {
    if (this.#held.get(key)?.end === end) this.#held.delete(key);
  }
}
