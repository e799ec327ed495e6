import { type Clock, fail } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome } from '../model/index.ts';
import { Alarm } from './alarm.ts';
import type { RuntimeEntry } from './catalogue.ts';
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
/** Environments looked at for a call. */
const MOST_LOOKS = 8;

/** Longest expected wait for a busy environment; a call that expects more wakes an idle one. */
const WORTH_WAITING_MS = 2;
/** The same before another one is started, which takes about so long. */
const WORTH_STARTING_MS = 10;
/** What a call costs the way there and back, ms. */
const ROUND_MS = 0.05;
/** An environment whose call lasts longer is held up: no other call waits for it. */
export const PATIENCE_MS = 10;
/** When a call has waited so long, one more environment is taken at every look, whatever holds it up. */
const LAST_MS = 50;

/** A caller who will not wait long is not made to. */
const mayWait = (call: Call) => call.maxWaitMs >= 20 * PATIENCE_MS;

/** The environments of one function identity, and the calls that wait for one: newest environment first, oldest call first. */
export class FunctionPool {
  readonly spec: FunctionSpec;
  /** Free ones; the last was used last. */
  readonly idle: Environment[] = [];
  readonly living = new Set<Environment>();
  /** How many are being started. */
  starting = 0;
  /** Resolves when the environment that was started last has started, or failed to; to what the function failed with. */
  opening: Promise<string | undefined> | undefined;
  /** Somebody looks after impatient calls soon. */
  watched = false;
  readonly #waiting: Waiter[] = [];
  readonly #clock: Clock;
  readonly #expiry: Alarm;
  #soonest = Number.POSITIVE_INFINITY;
  /** How long calls take, by the runtime's clock: a moving average. */
  #typicalMs = Number.POSITIVE_INFINITY;
  /** Calls that environments were handed ahead of their turn. */
  #ahead = 0;
  /** Busy ones whose call lasts. */
  readonly #held = new Set<Environment>();

  /** The runtime with its debugger: there is one environment at a time, for whoever debugs looks at one. */
  readonly debugged: RuntimeEntry | undefined;

  constructor(spec: FunctionSpec, clock: Clock, debugged?: RuntimeEntry) {
    this.spec = spec;
    this.debugged = debugged;
    this.#clock = clock;
    this.#expiry = new Alarm(clock, () => this.#expire());
  }

  /** Calls that wait in front of a busy environment. */
  get ahead(): number {
    return this.#ahead;
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
   * Whether a call should wait for a busy environment rather than wake an idle one: sixteen calls of some microseconds at a time need one
   * process with hot caches, not sixteen with cold ones, which cost several times the CPU (bench: warm invoke, 16 in flight).
   */
  patient(call: Call): boolean {
    return mayWait(call) && this.#waits(this.waiting + this.#ahead + 1) <= WORTH_WAITING_MS;
  }

  /** Whether a call that waits already should go on to, rather than have another environment started. */
  spares(call: Call): boolean {
    return mayWait(call) && this.#waits(this.waiting + this.#ahead) <= WORTH_STARTING_MS;
  }

  /** How long the last of so many calls will wait for those that are busy and go on, ms. */
  #waits(calls: number): number {
    const flowing = this.busy - this.#held.size;
    return flowing < 1 ? Number.POSITIVE_INFINITY : (calls * (this.#typicalMs + ROUND_MS)) / flowing;
  }

  /** A call of this environment took so long; Infinity: nobody knows. */
  took(environment: Environment, ms: number): void {
    this.#held.delete(environment);
    const known = Number.isFinite(this.#typicalMs) && Number.isFinite(ms);
    this.#typicalMs = known ? this.#typicalMs + (ms - this.#typicalMs) / 8 : ms;
  }

  /** It has ended. Returns whether it was one of these. */
  remove(environment: Environment): boolean {
    this.#held.delete(environment);
    return this.living.delete(environment);
  }

  /**
   * How many more environments the waiting calls need: one for each busy one that is held up, whose calls ahead wait here again. A queue that stood still because the platform
   * itself was busy needs none: it moves on by itself.
   */
  overdue(): number {
    const now = this.#clock.monotonic();
    for (const environment of this.living) {
      if (now - environment.runningSince < PATIENCE_MS) continue;
      this.#held.add(environment);
      environment.recall();
    }
    const waited = this.#waited(now, PATIENCE_MS);
    return Math.max(Math.min(waited, this.#held.size), Math.min(1, this.#waited(now, LAST_MS)));
  }

  /** How many calls have waited for so long. */
  #waited(now: number, ms: number): number {
    const first = this.#waiting.findIndex((waiter) => now - waiter.since < ms);
    return first < 0 ? this.#waiting.length : first;
  }

  /** Whether it may have one more environment. */
  get hasRoom(): boolean {
    return !this.debugged || this.living.size === 0;
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

  /** Hands waiting calls, oldest first, to busy environments ahead of their turn, as far as that is soon and they take them. */
  handAhead(): void {
    for (let first = this.#waiting[0]; first && this.#waits(this.#ahead + 1) <= WORTH_WAITING_MS; first = this.#waiting[0]) {
      if (!mayWait(first.call) || !this.#leastAhead()?.offer(first)) return;
      this.#waiting.shift();
      this.#ahead++;
    }
  }

  /** A call that was handed ahead has begun. */
  begun(): void {
    this.#ahead--;
  }

  /** Calls that were handed ahead wait again, at their old place. */
  returned(waiters: readonly Waiter[]): void {
    this.#ahead -= waiters.length;
    this.#waiting.push(...waiters);
    this.#waiting.sort((a, b) => a.since - b.since);
    for (const { expires } of waiters) if (expires < this.#soonest) this.#expireAt(expires);
  }

  /** Of some busy environments that go on, the one with the fewest calls ahead. */
  #leastAhead(): Environment | undefined {
    let least: Environment | undefined;
    let looks = 0;
    for (const environment of this.living) {
      if (environment.runningSince === Number.POSITIVE_INFINITY || this.#held.has(environment)) continue;
      if (!least || environment.ahead < least.ahead) least = environment;
      if (least.ahead === 0 || ++looks === MOST_LOOKS) break;
    }
    return least;
  }

  /** The call that has waited longest. */
  next(): Waiter | undefined {
    return this.#waiting.shift();
  }

  rejectAll(error: unknown): void {
    for (let waiter = this.next(); waiter; waiter = this.next()) waiter.reject(error);
  }
}
