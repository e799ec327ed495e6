import { type Clock, fail } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome } from '../model/index.ts';
import type { Environment } from './environment.ts';

export interface Waiter {
  readonly call: Call;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  cancel: () => void;
}

/** A call that could not get an environment in time. */
export function tooManyRequests(): Error {
  return fail('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: 'ConcurrentInvocationLimitExceeded', Type: 'User' },
  });
}

/** How much longer than asked a call waits whose environment is just being started. */
const STARTING_MS = 30_000;
const LOOK_AGAIN_MS = 500;
const MAX_WAITING = 10_000;

/** The environments of one function identity, and the calls that wait for one: newest environment first, oldest call first. */
export class FunctionPool {
  readonly spec: FunctionSpec;
  /** Free ones; the last was used last. */
  readonly idle: Environment[] = [];
  readonly living = new Set<Environment>();
  /** How many are being started. */
  starting = 0;
  readonly #waiting: Waiter[] = [];
  readonly #clock: Clock;

  constructor(spec: FunctionSpec, clock: Clock) {
    this.spec = spec;
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get busy(): number {
    return this.living.size - this.idle.length - this.starting;
  }

  /** How many are about to be free. */
  get settling(): number {
    let settling = 0;
    for (const environment of this.living) if (environment.settling && environment.usable) settling++;
    return settling;
  }

  get empty(): boolean {
    return this.living.size === 0 && this.#waiting.length === 0;
  }

  /** The environment that was used last; undefined when none is free. */
  take(): Environment | undefined {
    return this.idle.pop();
  }

  /** Resolves with the outcome once an environment took the call; rejects with TooManyRequestsException when none did in time. */
  wait(call: Call): Promise<Outcome> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(tooManyRequests());
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { call, resolve, reject, cancel: () => {} };
      this.#waiting.push(waiter);
      this.#expire(waiter, call.maxWaitMs, this.#clock.monotonic() + call.maxWaitMs + STARTING_MS);
    });
  }

  #expire(waiter: Waiter, ms: number, last: number): void {
    waiter.cancel = this.#clock.after(ms, () => {
      const at = this.#waiting.indexOf(waiter);
      if (at < this.starting && this.#clock.monotonic() < last) return this.#expire(waiter, LOOK_AGAIN_MS, last);
      this.#waiting.splice(at, 1);
      waiter.reject(tooManyRequests());
    });
  }

  /** The call that has waited longest. */
  next(): Waiter | undefined {
    const waiter = this.#waiting.shift();
    waiter?.cancel();
    return waiter;
  }

  rejectAll(error: unknown): void {
    for (let waiter = this.next(); waiter; waiter = this.next()) waiter.reject(error);
  }
}
