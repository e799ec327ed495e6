import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome, SandboxCaller } from '../model/index.ts';
import type { Exit } from '../sandbox/index.ts';
import { Ahead } from './ahead.ts';
import { Alarm } from './alarm.ts';
import type { RuntimeEntry } from './catalogue.ts';
import type { Waiter } from './function-pool.ts';
import { Journal } from './journal.ts';
import { type Launcher, MIB_PER_CPU } from './launch.ts';
import { Pace } from './pace.ts';
import { failureOf, initFailure, type PlatformError, responseTooLarge, runtimeExited, timedOut } from './payloads.ts';
import { type Answer, type Asked, beginning, makeOutcome, makeReport, type Running, requestOf } from './running.ts';
import type { InvokeOptions } from './settings.ts';
import { streamName } from './stream-name.ts';
import type { Workload } from './workload.ts';
import { Workloads, type WorkloadsOwner } from './workloads.ts';

/** AWS's limit of the init phase; what overruns is initialised again by its first invocation (spec/runtime-api.md §6). */
const INIT_MS = 10_000;
/** Calls shorter than this are reported with the memory last seen. */
const MEASURE_AFTER_MS = 20;
const LAST_OUTPUT_MS = 100;
/** Longest call while somebody debugs it. */
const DEBUGGED_MS = 3_600_000;

export interface EnvironmentOptions {
  readonly options: InvokeOptions;
  readonly launcher: Launcher;
  readonly spec: FunctionSpec;
  readonly runtime: RuntimeEntry;
  /** The environment can take another call. */
  readonly onFree: (environment: Environment) => void;
  /** A call is over, and an offered one has begun. */
  readonly onNext: (environment: Environment) => void;
  /** Offers that it will not run, in their order. */
  readonly onReturned: (waiters: readonly Waiter[]) => void;
}

/**
 * One execution environment: a sandbox and one function version in it, one call at a time. It outlives its runtime process: after a
 * timeout or a crash the process is replaced by the next call, and `/tmp` and the log stream stay.
 */
export class Environment implements WorkloadsOwner {
  readonly id: string;
  readonly spec: FunctionSpec;
  /** Monotonic ms of the last call's end. */
  idleSince = 0;
  /** Monotonic ms of the beginning of the call that runs; Infinity when none does. */
  runningSince = Number.POSITIVE_INFINITY;
  /** It ends after the call that runs. */
  retired = false;
  /** Started to see whether it starts, for a function that is not in use, and not called since. */
  spare = false;
  readonly #of: EnvironmentOptions;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #workloads: Workloads;
  readonly #caller: SandboxCaller;
  readonly #deadline: Alarm;
  readonly pace: Pace;
  #run: Running | undefined;
  #initMs: number | undefined;
  readonly #ahead = new Ahead();
  #egress = 0;
  /** Connections of debuggers. */
  #debuggers = 0;
  #ended = false;

  constructor(of: EnvironmentOptions) {
    const { options, spec, runtime } = of;
    this.#of = of;
    this.#clock = options.clock;
    this.spec = spec;
    this.id = options.ids.hex(16);
    const stream = streamName(spec, this.id, options.clock.now());
    const { account, region } = spec;
    this.#journal = new Journal(spec, { account, region, group: spec.logGroup, stream }, options);
    const launch = { spec, runtime, environment: this.id, logStream: stream };
    this.#workloads = new Workloads({ options, launcher: of.launcher, launch }, this);
    this.#caller = {
      environment: this.id,
      place: { account, region },
      role: spec.role,
      functionArn: spec.arn,
      invocation: () => this.#run?.call.requestId,
    };
    this.#deadline = new Alarm(options.clock, () => this.#overdue());
    this.pace = new Pace(options.clock, spec.memoryMiB / MIB_PER_CPU);
  }

  get frozen(): boolean {
    return this.#workloads.frozen;
  }

  /** Its call is answered, and it will be free in a moment. */
  get settling(): boolean {
    return !this.#ended && this.#run?.answer !== undefined;
  }

  get hasProcess(): boolean {
    return !this.#ended && this.#workloads.current !== undefined;
  }

  /** Calls that it has been handed ahead of their turn. */
  get ahead(): number {
    return this.#ahead.size;
  }

  /** Whether its credentials hold for one more whole call. */
  get usable(): boolean {
    return !this.#ended && !this.retired && this.#clock.now() + this.spec.timeoutMs + 60_000 < this.#workloads.expires;
  }

  /**
   * First start. A function that fails here is tried again by its first call; resolves to what it failed with, unless it only took too long.
   * Rejects when the platform cannot start it.
   */
  async open(): Promise<string | undefined> {
    this.#journal.initStarts(this.#of.runtime.version);
    const prepared = await this.#workloads.prepare();
    const started = this.#clock.monotonic();
    const outcome = await this.#workloads.init(prepared, INIT_MS);
    const elapsed = this.#clock.monotonic() - started;
    if (outcome.kind === 'ready') {
      this.#initMs = elapsed;
      this.#workloads.rest();
      return undefined;
    }
    this.#journal.initFailed(elapsed, outcome);
    await this.#reset();
    return outcome.kind === 'timeout' ? undefined : initFailure(outcome);
  }

  /** Runs one call; legal when free. Rejects only for what the platform could not do. */
  run(call: Call): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const run = this.#begin({ call, resolve, reject });
      const workload = this.#workloads.current;
      if (workload) this.#send(run, workload);
      else this.#restart(run).catch((error) => this.#abandon(run, error));
    });
  }

  /** Takes a call ahead of its turn, behind the one that runs; false when it cannot. */
  offer(waiter: Waiter): boolean {
    if (!this.#run || this.#run.answer || !this.usable || this.pace.spent) return false;
    return this.#ahead.offer(waiter, this.#workloads.current?.link, {
      timeoutMs: this.spec.timeoutMs,
      now: this.#clock.monotonic(),
    });
  }

  /** Gives back the offers that the runtime has not begun. */
  recall(): void {
    const workload = this.#workloads.current;
    if (this.#ahead.size > 0 && workload) this.#of.onReturned(this.#ahead.recall(workload.link));
  }

  /** Ends it for good; a call that runs is answered as if its runtime had been killed. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#deadline.dispose();
    const notice = this.#workloads.giveNotice();
    if (notice) await notice;
    this.#answer('error', runtimeExited(this.#run?.call.requestId ?? '', { signal: 'SIGKILL', oom: false }));
    this.#done();
    await this.#workloads.end();
    this.#journal.close();
  }

  result(payload: Buffer, contentType: string, tookMs?: number): void {
    this.#settle({ status: 'success', payload, contentType, at: this.#clock.monotonic(), tookMs });
  }

  error(payload: Buffer, errorType: string, contentType: string): void {
    this.#settle({ status: 'error', payload, contentType, errorType, at: this.#clock.monotonic() });
  }

  tooLarge(): void {
    this.#answer('error', responseTooLarge);
  }

  done(): void {
    this.#done();
  }

  log(text: string): void {
    this.#journal.output.event(text);
  }

  output(chunk: Buffer): void {
    this.#journal.output.output(chunk);
  }

  dropped(bytes: number): void {
    this.#journal.output.dropped(bytes);
  }

  egress(bytes: number): void {
    this.#egress += bytes;
  }

  /** Connects to a port inside; undefined when nothing listens there. While such a connection is open calls do not time out. */
  async connect(port: number): Promise<Duplex | undefined> {
    const connection = await this.#workloads.current?.sandbox.connect(port);
    if (!connection) return undefined;
    this.#debuggers++;
    connection.once('close', () => this.#debuggers--);
    return connection;
  }

  aws(socket: Duplex): void {
    this.#of.options.serveSandbox(socket, this.#caller);
  }

  lost(): void {
    this.#workloads.lost();
  }

  async exited(exit: Exit): Promise<void> {
    const run = this.#run;
    if (run && !run.answer) this.#answer('error', runtimeExited(run.call.requestId, exit));
    await this.#reset();
    this.#done();
  }

  /** Now and then, while nobody waits. */
  sample(): void {
    this.#workloads.memory.sample(this.#workloads.current?.sandbox);
  }

  #send(run: Running, workload: Workload): void {
    this.#workloads.send(workload, requestOf(run.call, run.deadline));
  }

  #begin(asked: Asked, sentAt?: number): Running {
    const startedAt = this.#clock.monotonic();
    const now = this.#clock.now();
    const deadline = now + (this.#debuggers > 0 ? DEBUGGED_MS : this.spec.timeoutMs);
    const run = beginning(asked, { startedAt, sentAt: sentAt ?? startedAt, deadline, egressBefore: this.#egress });
    this.#run = run;
    this.spare = false;
    this.runningSince = startedAt;
    this.#journal.callBegins(run.call, now);
    this.#deadline.set(startedAt + this.spec.timeoutMs);
    return run;
  }

  /** The runtime goes on with what it was offered; false when there is nothing. */
  #continue(): boolean {
    const offer = this.#ahead.next();
    if (!offer) return false;
    const run = this.#begin(offer.waiter, offer.at);
    const workload = this.#workloads.current;
    if (workload && !this.#ended) {
      workload.link.begin(offer.number, run.call.requestId);
      this.#of.onNext(this);
    } else {
      this.#answer('error', runtimeExited(run.call.requestId, { signal: 'SIGKILL', oom: false })); // it went down with the process
      this.#done();
    }
    return true;
  }

  /** A call finds no process: it initialises one within its own time. */
  async #restart(run: Running): Promise<void> {
    const prepared = await this.#workloads.prepare();
    if (run.answer) return void (await this.#reset().finally(() => this.#done()));
    const outcome = await this.#workloads.init(prepared, this.spec.timeoutMs + 1000); // the call's own alarm rings first
    if (run.answer) return; // too late: the alarm has ended this process, and may have let the next call in
    if (outcome.kind === 'ready') return this.#send(run, prepared.workload);
    if (outcome.kind === 'timeout') return this.#overdue();
    this.#answer('error', failureOf(run.call.requestId, outcome));
    await this.#reset();
    this.#done();
  }

  #overdue(): void {
    const run = this.#run;
    if (!run) return;
    const now = this.#clock.monotonic();
    if (this.#debuggers > 0 && !run.answer && now - run.startedAt < DEBUGGED_MS)
      return void this.#deadline.set(now + this.spec.timeoutMs);
    if (!run.answer) {
      this.#journal.callTimedOut(run.call);
      this.#answer('timeout', timedOut(run.call.requestId, this.spec.timeoutMs));
    }
    if (this.#workloads.current) void this.#reset().then(() => this.#done());
  }

  /** Ends the process and keeps /tmp for the next one. */
  async #reset(): Promise<void> {
    this.recall();
    await this.#workloads.replace();
  }

  #answer(status: 'error' | 'timeout', { errorType, payload }: PlatformError): void {
    this.#settle({ status, payload, errorType, contentType: 'application/json', at: this.#clock.monotonic() });
  }

  #settle(answer: Answer): void {
    const run = this.#run;
    if (!run || run.answer) return;
    run.answer = answer;
    const lasted = answer.at - run.startedAt;
    this.pace.lasted(answer.tookMs ?? lasted, answer.tookMs !== undefined);
    const { current, memory } = this.#workloads;
    if (lasted < MEASURE_AFTER_MS || !current || this.#ahead.size > 0) return void this.#report(run, answer);
    void memory.measure(current.sandbox).then(() => this.#report(run, answer));
  }

  #report(run: Running, answer: Answer): void {
    run.report = makeReport(run, answer, {
      initMs: this.#initMs,
      billInit: this.#of.options.settings.billInit,
      maxMemoryMiB: this.#workloads.memory.max,
      egressBytes: this.#egress - run.egressBefore,
    });
    this.#initMs = undefined;
    if (run.done) return void this.#complete(run, answer);
    if (!run.call.logTail) run.resolve(makeOutcome(run, answer, this.id, undefined));
    else this.#clock.after(LAST_OUTPUT_MS, () => this.#tell(run, answer)); // it may never ask for the next call
  }

  #done(): void {
    const run = this.#run;
    if (!run || run.done) return;
    run.done = true;
    if (run.report && run.answer) this.#complete(run, run.answer);
  }

  /** The call is over for everyone: its last lines, and the environment is free. */
  #complete(run: Running, answer: Answer): void {
    this.#deadline.clear();
    this.#tell(run, answer);
    this.#run = undefined;
    this.runningSince = Number.POSITIVE_INFINITY;
    this.idleSince = this.#clock.monotonic();
    if (!this.usable) this.recall();
    if (this.#continue() || this.#ended) return;
    this.#workloads.rest();
    this.#of.onFree(this);
  }

  #tell(run: Running, answer: Answer): void {
    if (run.told) return;
    run.told = true;
    const tail = this.#journal.callEnds(run.call, run.report!);
    run.resolve(makeOutcome(run, answer, this.id, tail));
  }

  #abandon(run: Running, error: unknown): void {
    this.#deadline.clear();
    if (this.#run !== run) return;
    run.reject(error);
    this.#run = undefined;
    this.runningSince = Number.POSITIVE_INFINITY;
    void this.#reset().then(() => {
      if (!this.#ended) this.#of.onFree(this);
    });
  }
}
