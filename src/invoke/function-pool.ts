import { type Clock, fail } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome } from '../model/index.ts';
import { Alarm } from './alarm.ts';
import type { Environment } from './environment.ts';

export interface Waiter {
  readonly call: Call;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  /** Monotonic ms. */
  readonly since: number;
  expires: number;
  /** It does not expire before this while its environment is being started. */
  readonly last: number;
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

/** Longest expected wait for a busy environment; a call that expects more wakes another one. */
const WORTH_WAITING_MS = 2;
/** What a call costs the way there and back, ms. */
const ROUND_MS = 0.1;
/** So many work side by side before calls wait for them: while one computes, the other's answer is on its way. */
const SIDE_BY_SIDE = 2;
/** A call that has waited so long after all gets another environment. */
export const PATIENCE_MS = 5;
/** After that, calls wait for nobody for a while: something holds the busy ones up. */
const IMPATIENT_MS = 50;

/** The environments of one function identity, and the calls that wait for one: newest environment first, oldest call first. */
export class FunctionPool {
  readonly spec: FunctionSpec;
  /** Free ones; the last was used last. */
  readonly idle: Environment[] = [];
  readonly living = new Set<Environment>();
  /** How many are being started. */
  starting = 0;
  /** Somebody looks after impatient calls soon. */
  watched = false;
  readonly #waiting: Waiter[] = [];
  readonly #clock: Clock;
  readonly #expiry: Alarm;
  #soonest = Number.POSITIVE_INFINITY;
  /** How long calls take, by the runtime's clock: a moving average. */
  #typicalMs = Number.POSITIVE_INFINITY;
  #impatientUntil = 0;

  constructor(spec: FunctionSpec, clock: Clock) {
    this.spec = spec;
    this.#clock = clock;
    this.#expiry = new Alarm(clock, () => this.#expire());
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

  /**
   * Whether a call should wait for a busy environment: sixteen calls of some microseconds at a time need two processes with hot caches, not
   * sixteen with cold ones, which cost about twice the CPU (bench: warm invoke, 16 in flight).
   */
  patient(call: Call): boolean {
    const { busy } = this;
    if (busy < SIDE_BY_SIDE || call.maxWaitMs < 20 * PATIENCE_MS) return false;
    if ((this.waiting + 1) * (this.#typicalMs + ROUND_MS) > busy * WORTH_WAITING_MS) return false;
    return this.#clock.monotonic() >= this.#impatientUntil;
  }

  /** A call took so long; Infinity: nobody knows. */
  took(ms: number): void {
    const known = Number.isFinite(this.#typicalMs) && Number.isFinite(ms);
    this.#typicalMs = known ? this.#typicalMs + (ms - this.#typicalMs) / 8 : ms;
  }

  /** How many calls have lost their patience. */
  overdue(): number {
    const now = this.#clock.monotonic();
    const first = this.#waiting.findIndex((waiter) => now - waiter.since < PATIENCE_MS);
    const overdue = first < 0 ? this.#waiting.length : first;
    if (overdue > 0) this.#impatientUntil = now + IMPATIENT_MS;
    return overdue;
  }

  get empty(): boolean {
    return this.living.size === 0 && this.#waiting.length === 0;
  }

  /** The environment that was used last and has CPU time left, or else just that was used last; undefined when none is free. */
  take(): Environment | undefined {
    if (!this.idle.at(-1)?.pace.spent) return this.idle.pop();
    const rested = this.idle.findLastIndex((environment) => !environment.pace.spent);
    return rested < 0 ? this.idle.pop() : this.idle.splice(rested, 1)[0];
  }

  /** Resolves with the outcome once an environment took the call; rejects with TooManyRequestsException when none did in time. */
  wait(call: Call): Promise<Outcome> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(tooManyRequests());
    return new Promise((resolve, reject) => {
      const since = this.#clock.monotonic();
      const expires = since + call.maxWaitMs;
      this.#waiting.push({ call, resolve, reject, since, expires, last: expires + STARTING_MS });
      if (expires < this.#soonest) this.#expireAt(expires);
    });
  }

  #expireAt(time: number): void {
    this.#soonest = time;
    if (time < Number.POSITIVE_INFINITY) this.#expiry.set(time);
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    let soonest = Number.POSITIVE_INFINITY;
    for (const [at, waiter] of [...this.#waiting].entries()) {
      if (waiter.expires <= now && at < this.starting && now < waiter.last) waiter.expires = now + LOOK_AGAIN_MS;
      if (waiter.expires > now) {
        soonest = Math.min(soonest, waiter.expires);
        continue;
      }
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.reject(tooManyRequests());
    }
    this.#expireAt(soonest);
  }

  /** The call that has waited longest. */
  next(): Waiter | undefined {
    return this.#waiting.shift();
  }

  rejectAll(error: unknown): void {
    for (let waiter = this.next(); waiter; waiter = this.next()) waiter.reject(error);
  }
}
