import type { Clock, Store } from '../../kernel/index.ts';

/** One who waits for messages of a queue. */
export interface Listener {
  /** Resolves true when messages may have come since the last call, false at until (monotonic ms), or when signal aborts. */
  next(until: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

/**
 * Wakes those who wait in this process when messages can be received: at once on arrival, and by one timer a queue for what is hidden.
 * Keys are queue ARNs. Costs a look into a map where nobody waits.
 */
export interface Bells {
  /** So many messages can be received now: wakes as many listeners, longest waiting first, and all watchers. */
  ring(key: string, messages?: number): void;
  /** The same once what the transaction under way writes is committed; called inside of it. */
  ringAfter(key: string): void;
  /** Something can be received from epoch ms at on. */
  ringAt(key: string, at: number): void;
  listen(key: string): Listener;
  /** Calls wake at each ring; returns what ends it. again is called when a timer has rung, to set the next. */
  watch(key: string, wake: () => void, again: () => void): () => void;
  /** Ends all waits, and those to come at once: the platform stops. */
  close(): void;
}

export function createBells({ clock, store }: { readonly clock: Clock; readonly store: Pick<Store, 'transact'> }): Bells {
  const bells = new Map<string, Bell>();
  const bellOf = (key: string): Bell => {
    const known = bells.get(key);
    if (known) return known;
    const bell = new Bell(clock, () => bells.delete(key));
    bells.set(key, bell);
    return bell;
  };
  const ring = (key: string, messages = 1) => bells.get(key)?.ring(messages);
  const closed = new AbortController();
  return {
    ring,
    ringAfter: afterCommit(store, ring),
    ringAt: (key, at) => bells.get(key)?.ringAt(at),
    listen: (key) => bellOf(key).listen(closed.signal),
    watch: (key, wake, again) => bellOf(key).watch(wake, again),
    close: () => closed.abort(),
  };
}

const MANY = 1_000;

/** A transaction that begins after the one under way ends after it too. One rings for all that were noted before it ran. */
function afterCommit(store: Pick<Store, 'transact'>, ring: (key: string, messages: number) => void) {
  let noted = new Set<string>();
  let asked = false;
  return (key: string): void => {
    noted.add(key);
    if (asked) return;
    asked = true;
    const taken = new Set<string>();
    const done = () => {
      for (const one of taken) ring(one, MANY);
    };
    const take = async () => {
      for (const one of noted) taken.add(one);
      noted = new Set();
      asked = false;
    };
    store.transact(take).then(done, () => take().then(done));
  };
}

class Bell {
  readonly #clock: Clock;
  readonly #silent: () => void;
  readonly #waiting = new Set<Waiter>();
  readonly #watchers = new Set<{ readonly wake: () => void; readonly again: () => void }>();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, silent: () => void) {
    this.#clock = clock;
    this.#silent = silent;
  }

  ring(messages: number): void {
    let left = messages;
    for (const waiter of this.#waiting) {
      if (left === 0) break;
      if (waiter.ring()) left--;
    }
    for (const { wake } of this.#watchers) wake();
  }

  ringAt(at: number): void {
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(at - this.#clock.now(), () => {
      this.#timer = undefined;
      this.ring(MANY);
      for (const { again } of this.#watchers) again();
    });
    this.#timer = { at, cancel };
  }

  listen(closed: AbortSignal): Listener {
    const waiter = new Waiter(this.#clock);
    this.#waiting.add(waiter);
    const end = () => waiter.ring();
    closed.addEventListener('abort', end);
    return {
      next: async (until, signal) => !closed.aborted && (await waiter.next(until, signal)) && !closed.aborted,
      close: () => {
        closed.removeEventListener('abort', end);
        this.#waiting.delete(waiter);
        if (waiter.rung) this.ring(1);
        this.#rest();
      },
    };
  }

  watch(wake: () => void, again: () => void): () => void {
    const watcher = { wake, again };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      this.#rest();
    };
  }

  #rest(): void {
    if (this.#waiting.size > 0 || this.#watchers.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#silent();
  }
}

class Waiter {
  readonly #clock: Clock;
  #wake: (() => void) | undefined;
  rung = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False when it had been rung already and has not looked since. */
  ring(): boolean {
    if (this.rung) return false;
    this.rung = true;
    this.#wake?.();
    return true;
  }

  async next(until: number, signal: AbortSignal): Promise<boolean> {
    const left = until - this.#clock.monotonic();
    if (!this.rung && left > 0 && !signal.aborted) await this.#sleep(left, signal);
    if (signal.aborted) return false;
    const { rung } = this;
    this.rung = false;
    return rung;
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#clock.after(ms, end);
      signal.addEventListener('abort', end);
      this.#wake = end;
    });
  }
}
