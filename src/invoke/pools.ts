import { platformFailure } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome } from '../model/index.ts';
import { debugged } from './debuggers.ts';
import { Environment } from './environment.ts';
import { FunctionPool, PATIENCE_MS, type Waiter } from './function-pool.ts';
import { type Launcher, unknownRuntime } from './launch.ts';
import { entryOf } from './plan.ts';
import type { InvokeOptions } from './settings.ts';

/** Starts of one function that run at a time; a burst beyond waits for them, and for environments that come free. */
const MAX_STARTS = 16;

/** Environments that are started ahead of the calls of a version that takes over. */
const MOST_WARMED = 4;

/** An environment whose call was answered is waited for this long (the runtime asks for the next call, or is replaced) before another starts. */
const SETTLE_MS = 150;

/** How often memory is looked for, for somebody who wants to debug, and how often it is tried. */
const LOOK_FOR_ROOM_MS = 100;
const MOST_LOOKS_FOR_ROOM = 50;

/** All environments of this machine, by function identity, within one memory budget. */
export class Pools {
  readonly #options: InvokeOptions;
  readonly #launcher: Launcher;
  readonly #pools = new Map<string, FunctionPool>();
  /** Pools that wait for memory, in order. */
  readonly #hungry = new Set<FunctionPool>();
  /** Functions (unqualified ARN) whose `$LATEST` is debugged. */
  readonly #debugged = new Set<string>();
  #memory = 0;
  /** Of that, what comes back when the environments that are ending are gone. */
  #leaving = 0;
  #stopping = false;
  #ending = new Set<Promise<void>>();
  #onQuiet: (() => void) | undefined;

  constructor(options: InvokeOptions, launcher: Launcher) {
    this.#options = options;
    this.#launcher = launcher;
  }

  run(call: Call): Promise<Outcome> {
    if (this.#stopping) return Promise.reject(platformFailure('SandboxUnavailable', 'the platform is stopping'));
    const pool = this.#pool(call.function);
    if (pool.patient(call)) {
      const outcome = pool.wait(call);
      this.#handAhead(pool);
      this.#watch(pool);
      return outcome;
    }
    const environment = this.#takeUsable(pool);
    if (environment) return environment.run(call);
    const { runtimes } = this.#options;
    if (!entryOf(call.function, runtimes)) return Promise.reject(unknownRuntime(call.function.runtime, runtimes.missing));
    if (call.function.memoryMiB > this.#options.settings.memoryMiB) {
      const text = `the function asks for ${call.function.memoryMiB} MiB, this machine gives ${this.#options.settings.memoryMiB} to all`;
      return Promise.reject(platformFailure('SandboxUnavailable', text));
    }
    const outcome = pool.wait(call);
    if (pool.spares(call)) this.#watch(pool);
    else if (pool.settling >= pool.waiting - pool.starting)
      this.#options.clock.after(SETTLE_MS, () => this.#feed(pool, pool.overdue()));
    else this.#feed(pool, pool.starting + 1);
    return outcome;
  }

  /**
   * A version takes over: starts as many environments as are busy now, at least one where the function is in use and at least so many in any case,
   * as far as memory is free. Resolves when they have started, to what the function failed with; a start that the platform fails is the next call's
   * matter. Rejects with SandboxUnavailable when there is not even room for one of those that are started in any case.
   */
  async warm(spec: FunctionSpec, least: number): Promise<string | undefined> {
    if (this.#stopping || !entryOf(spec, this.#options.runtimes)) return undefined;
    const used = [...this.#pools.values()].filter((pool) => pool.spec.arn === spec.arn && pool.living.size > 0);
    const busy = used.reduce((sum, pool) => sum + pool.busy, 0);
    const wanted = Math.min(Math.max(busy, used.length > 0 ? 1 : 0, least), MOST_WARMED);
    if (wanted === 0) return undefined;
    const pool = this.#pool(spec);
    const starts: Promise<string | undefined>[] = [];
    while (least > 0 && pool.living.size === 0 && !this.#fits(spec.memoryMiB))
      if (!(await this.#endSpare(spec.memoryMiB))) throw platformFailure('SandboxUnavailable', 'no memory is free');
    if (this.#stopping) return undefined; // meanwhile
    while (pool.living.size < wanted && this.#fits(spec.memoryMiB)) starts.push(this.#start(pool));
    if (used.length === 0) for (const environment of pool.living) environment.spare = true;
    return (await Promise.all(starts)).find((failure) => failure !== undefined);
  }

  #fits(memoryMiB: number): boolean {
    return this.#memory + memoryMiB <= this.#options.settings.memoryMiB;
  }

  /** Ends what was started for nobody yet, as much as one of this size needs. Resolves when something has gone; to false when nothing goes. */
  async #endSpare(memoryMiB: number): Promise<boolean> {
    for (const pool of this.#pools.values())
      for (const environment of pool.idle.filter(({ spare }) => spare))
        if (!this.#fits(memoryMiB - this.#leaving)) this.#dismiss(pool, environment);
    if (this.#ending.size === 0) return false;
    await Promise.race(this.#ending);
    return true;
  }

  /** Environments of this function (unqualified ARN) end after their call, but those of one identity; of one version only, when it is given. */
  retire(functionArn: string, keepIdentity: string | undefined, version: string | undefined): void {
    for (const pool of this.#pools.values()) {
      const { arn, identity } = pool.spec;
      if (arn !== functionArn || identity === keepIdentity || (version ?? pool.spec.version) !== pool.spec.version) continue;
      this.#retire(pool);
    }
  }

  /** From now on calls of this function's `$LATEST` go to an environment with a debugger, or no longer do: those of the other kind end after their call. */
  debug(arn: string, is: boolean): void {
    if (is) this.#debugged.add(arn);
    else this.#debugged.delete(arn);
    for (const pool of this.#pools.values()) {
      if (pool.spec.arn !== arn || pool.spec.version !== '$LATEST' || (pool.debugged !== undefined) === is) continue;
      this.#retire(pool);
    }
  }

  /** The one environment of a function that is debugged, started if there is none with a process in it. Rejects with SandboxUnavailable. */
  async debuggedOne(spec: FunctionSpec): Promise<Environment> {
    const pool = this.#pool(spec);
    let started = false;
    for (let tried = 0; tried < MOST_LOOKS_FOR_ROOM && !this.#stopping; tried++) {
      const failure = await pool.opening;
      const [environment] = pool.living;
      if (environment?.hasProcess) return environment;
      if (started) throw platformFailure('SandboxUnavailable', `${spec.name} does not start: ${failure ?? 'see its log'}`);
      if (environment) this.#dismiss(pool, environment);
      started = pool.hasRoom && this.#makeRoom(pool);
      if (started) void this.#start(pool);
      else await new Promise<void>((resolve) => this.#options.clock.after(LOOK_FOR_ROOM_MS, resolve));
    }
    throw platformFailure('SandboxUnavailable', `no memory is free for ${spec.name}`);
  }

  /** Ends a free one. */
  #dismiss(pool: FunctionPool, environment: Environment): void {
    const at = pool.idle.indexOf(environment);
    if (at < 0) return;
    pool.idle.splice(at, 1);
    this.#end(pool, environment);
  }

  /** Its environments end after their call. */
  #retire(pool: FunctionPool): void {
    for (const environment of pool.living) environment.retired = true;
    for (let environment = pool.take(); environment; environment = pool.take()) this.#end(pool, environment);
  }

  /** Ends what has been idle too long. */
  sweep(): void {
    const before = this.#options.clock.monotonic() - this.#options.settings.idleMs;
    for (const [identity, pool] of this.#pools) {
      while (!pool.debugged && pool.idle[0] && pool.idle[0].idleSince < before) this.#end(pool, pool.idle.shift()!);
      for (const environment of pool.idle) if (!environment.frozen) environment.sample();
      if (pool.empty) this.#pools.delete(identity);
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping = true;
    for (const pool of this.#pools.values()) {
      pool.rejectAll(platformFailure('SandboxUnavailable', 'the platform is stopping'));
      for (let environment = pool.take(); environment; environment = pool.take()) this.#end(pool, environment);
    }
    await this.#quiet(deadline);
    for (const pool of this.#pools.values()) for (const environment of pool.living) this.#end(pool, environment);
    await Promise.allSettled(this.#ending);
  }

  counts(): {
    environments: number;
    busy: number;
    idle: number;
    frozen: number;
    starting: number;
    waiting: number;
    memoryMiB: number;
  } {
    const counts = { environments: 0, busy: 0, idle: 0, frozen: 0, starting: 0, waiting: 0, memoryMiB: this.#memory };
    for (const pool of this.#pools.values()) {
      counts.environments += pool.living.size;
      counts.busy += pool.busy;
      counts.idle += pool.idle.length;
      counts.frozen += pool.idle.filter((environment) => environment.frozen).length;
      counts.starting += pool.starting;
      counts.waiting += pool.waiting + pool.ahead;
    }
    return counts;
  }

  #pool(spec: FunctionSpec): FunctionPool {
    const isDebugged = this.#debugged.size > 0 && spec.version === '$LATEST' && this.#debugged.has(spec.arn);
    const key = isDebugged ? `${spec.identity} debugged` : spec.identity;
    const known = this.#pools.get(key);
    if (known) return known;
    const runtime = isDebugged ? entryOf(spec, this.#options.runtimes) : undefined;
    const pool = new FunctionPool(spec, this.#options.clock, runtime && debugged(runtime));
    this.#pools.set(key, pool);
    return pool;
  }

  #takeUsable(pool: FunctionPool): Environment | undefined {
    for (let environment = pool.take(); environment; environment = pool.take()) {
      if (environment.usable) return environment;
      this.#end(pool, environment);
    }
    return undefined;
  }

  #handAhead(pool: FunctionPool): void {
    pool.handAhead();
    if (pool.ahead > 0) this.#watch(pool);
  }

  /** Looks after patient calls: one look for all of them, after what has arrived meanwhile was read. */
  #watch(pool: FunctionPool): void {
    if (pool.watched) return;
    pool.watched = true;
    this.#options.clock.after(PATIENCE_MS, () => setImmediate(() => this.#hurry(pool)));
  }

  /** Calls that have waited for too long get another environment each. */
  #hurry(pool: FunctionPool): void {
    pool.watched = false;
    for (let overdue = pool.overdue(); overdue > 0 && pool.waiting > 0; overdue--) {
      const environment = this.#takeUsable(pool);
      if (!environment) {
        this.#feed(pool, overdue);
        break;
      }
      this.#runNext(pool, environment);
    }
    this.#handAhead(pool);
    if (pool.waiting > 0 && !this.#hungry.has(pool)) this.#watch(pool);
  }

  #returned(pool: FunctionPool, waiters: readonly Waiter[]): void {
    pool.returned(waiters);
    if (this.#stopping) pool.rejectAll(platformFailure('SandboxUnavailable', 'the platform is stopping'));
    else this.#watch(pool);
  }

  /** Another free environment, when this one has used up its CPU time. */
  #rested(pool: FunctionPool, environment: Environment): Environment {
    if (pool.waiting === 0 || !environment.pace.spent) return environment;
    const other = this.#takeUsable(pool);
    if (!other) return environment;
    environment.idleSince = this.#options.clock.monotonic();
    pool.idle.push(environment);
    return other;
  }

  #runNext(pool: FunctionPool, environment: Environment): boolean {
    const waiter = pool.next();
    if (waiter) environment.run(waiter.call).then(waiter.resolve, waiter.reject);
    this.#handAhead(pool);
    return waiter !== undefined;
  }

  /** Starts as many environments as calls wait for, as far as memory goes. */
  #feed(pool: FunctionPool, wanted = pool.waiting): void {
    while (pool.starting < Math.min(wanted, MAX_STARTS) && pool.hasRoom) {
      if (!this.#makeRoom(pool)) return void this.#hungry.add(pool);
      void this.#start(pool);
    }
    this.#hungry.delete(pool);
  }

  /** Whether one more environment of this pool fits; idle ones of others are ended for it, longest idle first. */
  #makeRoom(pool: FunctionPool): boolean {
    const wanted = this.#memory - this.#leaving + pool.spec.memoryMiB - this.#options.settings.memoryMiB;
    if (wanted <= 0) return wanted + this.#leaving <= 0;
    const victims: { from: FunctionPool; environment: Environment }[] = [];
    for (const from of this.#pools.values())
      if (!from.debugged) for (const environment of from.idle) victims.push({ from, environment });
    victims.sort((a, b) => a.environment.idleSince - b.environment.idleSince);
    let freed = 0;
    const chosen = victims.filter(({ from }) => {
      const take = freed < wanted;
      if (take) freed += from.spec.memoryMiB;
      return take;
    });
    if (freed < wanted) return false;
    for (const { from, environment } of chosen) {
      from.idle.splice(from.idle.indexOf(environment), 1);
      this.#end(from, environment);
    }
    return false; // their memory comes back when they are gone, and then this pool is fed
  }

  /** Resolves when it can be used, or could not be started; to what the function failed with. */
  #start(pool: FunctionPool): Promise<string | undefined> {
    const runtime = pool.debugged ?? entryOf(pool.spec, this.#options.runtimes)!;
    const { spec } = pool;
    const environment = new Environment({
      options: this.#options,
      launcher: this.#launcher,
      spec,
      runtime,
      onFree: (free) => {
        pool.took(free, free.pace.lastMs);
        this.#freed(pool, free);
      },
      onNext: (environment) => {
        pool.took(environment, environment.pace.lastMs);
        pool.begun();
        this.#handAhead(pool);
      },
      onReturned: (waiters) => this.#returned(pool, waiters),
    });
    pool.living.add(environment);
    pool.starting++;
    this.#memory += spec.memoryMiB;
    pool.opening = environment.open().then(
      (failure) => {
        pool.starting--;
        this.#freed(pool, environment);
        return failure;
      },
      (error) => {
        pool.starting--;
        this.#end(pool, environment);
        if (pool.waiting > pool.starting) pool.next()?.reject(error);
        this.#feed(pool);
        return undefined;
      },
    );
    return pool.opening;
  }

  #freed(pool: FunctionPool, environment: Environment): void {
    if (environment.usable && this.#runNext(pool, this.#rested(pool, environment))) return;
    if (!environment.usable || this.#stopping) this.#end(pool, environment);
    else {
      environment.idleSince = this.#options.clock.monotonic();
      pool.idle.push(environment);
    }
    if (pool.waiting > 0) this.#feed(pool);
    this.#feedHungry();
  }

  #feedHungry(): void {
    for (const pool of this.#hungry) {
      if (pool.waiting === 0) this.#hungry.delete(pool);
      else this.#feed(pool);
    }
  }

  #end(pool: FunctionPool, environment: Environment): void {
    if (!pool.remove(environment)) return;
    this.#leaving += pool.spec.memoryMiB;
    const ended: Promise<void> = environment.end().finally(() => {
      this.#memory -= pool.spec.memoryMiB;
      this.#leaving -= pool.spec.memoryMiB;
      this.#ending.delete(ended);
      this.#feedHungry();
      if (this.#onQuiet && !this.#active()) this.#onQuiet();
    });
    this.#ending.add(ended);
  }

  #active(): boolean {
    return [...this.#pools.values()].some((pool) => pool.living.size > 0);
  }

  /** Resolves when every running call is over, or at the deadline. */
  async #quiet(deadline: AbortSignal): Promise<void> {
    if (!this.#active() || deadline.aborted) return;
    await new Promise<void>((resolve) => {
      this.#onQuiet = resolve;
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
