import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/index.ts';
import type { Call, FunctionSpec, Outcome, SandboxCaller } from '../model/index.ts';
import type { Exit, TmpVolume } from '../sandbox/index.ts';
import { Ahead } from './ahead.ts';
import { Alarm } from './alarm.ts';
import type { RuntimeEntry } from './catalogue.ts';
import { EnvironmentLog } from './environment-log.ts';
import { Freezer } from './freezer.ts';
import type { Waiter } from './function-pool.ts';
import { type InitOutcome, type Launcher, type LaunchOptions, lastWords, MIB_PER_CPU, type Prepared } from './launch.ts';
import { jsonLines, type SystemLines, textLines } from './lines.ts';
import type { LinkEvents } from './link.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Pace } from './pace.ts';
import { failureOf, type PlatformError, responseTooLarge, runtimeExited, timedOut } from './payloads.ts';
import { type Answer, type Asked, beginning, makeOutcome, makeReport, type Running, requestOf } from './running.ts';
import type { InvokeOptions } from './settings.ts';
import { streamName } from './stream-name.ts';
import type { Workload, WorkloadOwner } from './workload.ts';

/** AWS's limit of the init phase; what overruns is initialised again by its first invocation (spec/runtime-api.md §6). */
const INIT_MS = 10_000;
/** Calls shorter than this are reported with the memory last seen. */
const MEASURE_AFTER_MS = 20;
const LAST_OUTPUT_MS = 100;

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
export class Environment implements LinkEvents, WorkloadOwner {
  readonly id: string;
  readonly spec: FunctionSpec;
  /** Monotonic ms of the last call's end. */
  idleSince = 0;
  /** Monotonic ms of the beginning of the call that runs; Infinity when none does. */
  runningSince = Number.POSITIVE_INFINITY;
  /** It ends after the call that runs. */
  retired = false;
  readonly #of: EnvironmentOptions;
  readonly #clock: Clock;
  readonly #log: EnvironmentLog;
  readonly #lines: SystemLines;
  readonly #launch: LaunchOptions;
  readonly #caller: SandboxCaller;
  readonly #deadline: Alarm;
  readonly #freezer: Freezer;
  readonly #memory: MemoryWatch;
  readonly pace: Pace;
  #workload: Workload | undefined;
  #volume: Promise<TmpVolume | undefined> | undefined;
  #run: Running | undefined;
  #initMs: number | undefined;
  readonly #ahead = new Ahead();
  #egress = 0;
  #expires = Number.POSITIVE_INFINITY;
  #ended = false;

  constructor(of: EnvironmentOptions) {
    const { options, spec, runtime } = of;
    this.#of = of;
    this.#clock = options.clock;
    this.spec = spec;
    this.id = options.ids.hex(16);
    const stream = streamName(spec, this.id, options.clock.now());
    const { account, region } = spec;
    this.#log = new EnvironmentLog({ account, region, group: spec.logGroup, stream }, options.writeLog, options.clock);
    this.#lines = spec.logFormat === 'JSON' ? jsonLines(spec.systemLogLevel ?? 'INFO') : textLines;
    this.#launch = { spec, runtime, environment: this.id, logStream: stream };
    this.#caller = {
      environment: this.id,
      place: { account, region },
      role: spec.role,
      functionArn: spec.arn,
      invocation: () => this.#run?.call.requestId,
    };
    this.#deadline = new Alarm(options.clock, () => this.#overdue());
    this.#memory = new MemoryWatch(options.clock);
    this.pace = new Pace(options.clock, spec.memoryMiB / MIB_PER_CPU);
    this.#freezer = new Freezer(options.clock, options.settings.freezeAfterMs);
  }

  get frozen(): boolean {
    return this.#freezer.frozen;
  }

  /** Its call is answered, and it will be free in a moment. */
  get settling(): boolean {
    return !this.#ended && this.#run?.answer !== undefined;
  }

  /** Calls that it has been handed ahead of their turn. */
  get ahead(): number {
    return this.#ahead.size;
  }

  /** Whether its credentials hold for one more whole call. */
  get usable(): boolean {
    return !this.#ended && !this.retired && this.#clock.now() + this.spec.timeoutMs + 60_000 < this.#expires;
  }

  /** First start. A function that fails here is tried again by its first call; rejects when the platform cannot start it. */
  async open(): Promise<void> {
    this.#log.system(this.#lines.initStart(this.#of.runtime.version, this.spec.region, this.#clock.now()), this.#clock.now());
    const prepared = await this.#prepare(undefined);
    const started = this.#clock.monotonic();
    const outcome = await this.#init(prepared, INIT_MS);
    const elapsed = this.#clock.monotonic() - started;
    if (outcome.kind === 'ready') {
      this.#initMs = elapsed;
      return this.#rest();
    }
    const status = outcome.kind === 'timeout' ? 'timeout' : 'error';
    const errorType = outcome.kind === 'timeout' ? undefined : failureOf('', outcome).errorType;
    this.#log.system(this.#lines.initFailed(elapsed, status, errorType, this.#clock.now()), this.#clock.now());
    this.#log.flush();
    await this.#reset();
  }

  /** Runs one call; legal when free. Rejects only for what the platform could not do. */
  run(call: Call): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const run = this.#begin({ call, resolve, reject });
      if (this.#workload) this.#send(run, this.#workload);
      else this.#restart(run).catch((error) => this.#abandon(run, error));
    });
  }

  /** Takes a call ahead of its turn, behind the one that runs; false when it cannot. */
  offer(waiter: Waiter): boolean {
    if (!this.#run || this.#run.answer || !this.usable || this.pace.spent) return false;
    return this.#ahead.offer(waiter, this.#workload?.link, { timeoutMs: this.spec.timeoutMs, now: this.#clock.monotonic() });
  }

  /** Gives back the offers that the runtime has not begun. */
  recall(): void {
    if (this.#ahead.size > 0 && this.#workload) this.#of.onReturned(this.#ahead.recall(this.#workload.link));
  }

  /** Ends it for good; a call that runs is answered as if its runtime had been killed. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#deadline.dispose();
    this.#freezer.dispose();
    const workload = this.#workload;
    if (workload?.link.wantsNotice) {
      await this.#freezer.resume(workload.sandbox).catch(() => undefined);
      await workload.giveNotice(this.#clock);
    }
    this.#answer('error', runtimeExited(this.#run?.call.requestId ?? '', { signal: 'SIGKILL', oom: false }));
    this.#done();
    await workload?.end(false).catch((error) => this.#of.options.logger.error('a sandbox could not be ended', { error }));
    this.#workload = undefined;
    await (await this.#volume)?.discard().catch(() => undefined);
    this.#log.endLine();
    this.#log.flush();
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
    this.#log.event(text);
  }

  output(chunk: Buffer): void {
    this.#log.output(chunk);
  }

  dropped(bytes: number): void {
    this.#log.dropped(bytes);
  }

  egress(bytes: number): void {
    this.#egress += bytes;
  }

  aws(socket: Duplex): void {
    this.#of.options.serveSandbox(socket, this.#caller);
  }

  /** The runtime closed its channel: it is dying, or it breaks the rules and is made to. */
  lost(): void {
    const workload = this.#workload;
    if (workload) this.#clock.after(LAST_OUTPUT_MS, () => void workload.sandbox.signal('SIGKILL').catch(() => undefined));
  }

  #send(run: Running, workload: Workload): void {
    this.#freezer.wake(workload.sandbox, (error) => {
      this.#of.options.logger.error('a sandbox could not be thawed', { error });
      void workload.sandbox.destroy();
    });
    workload.link.invoke(requestOf(run.call, run.deadline));
  }

  #begin(asked: Asked, sentAt?: number): Running {
    const startedAt = this.#clock.monotonic();
    const now = this.#clock.now();
    const deadline = now + this.spec.timeoutMs;
    const run = beginning(asked, { startedAt, sentAt: sentAt ?? startedAt, deadline, egressBefore: this.#egress });
    const { call } = run;
    this.#run = run;
    this.runningSince = startedAt;
    if (call.logTail) this.#log.keepTail();
    this.#log.system(this.#lines.start(call.requestId, this.spec.version, now), now);
    this.#deadline.set(startedAt + this.spec.timeoutMs);
    return run;
  }

  /** The runtime goes on with what it was offered; false when there is nothing. */
  #continue(): boolean {
    const offer = this.#ahead.next();
    if (!offer) return false;
    const run = this.#begin(offer.waiter, offer.at);
    if (this.#workload && !this.#ended) {
      this.#workload.link.begin(offer.number, run.call.requestId);
      this.#of.onNext(this);
    } else {
      this.#answer('error', runtimeExited(run.call.requestId, { signal: 'SIGKILL', oom: false })); // it went down with the process
      this.#done();
    }
    return true;
  }

  /** A call finds no process: it initialises one within its own time. */
  async #restart(run: Running): Promise<void> {
    const volume = await this.#volume;
    this.#volume = undefined;
    const prepared = await this.#prepare(volume);
    if (run.answer) return void (await this.#reset().finally(() => this.#done()));
    const outcome = await this.#init(prepared, this.spec.timeoutMs + 1000); // the call's own alarm rings first
    if (run.answer) return; // too late: the alarm has ended this process, and may have let the next call in
    if (outcome.kind === 'ready') return this.#send(run, prepared.workload);
    if (outcome.kind === 'timeout') return this.#overdue();
    this.#answer('error', failureOf(run.call.requestId, outcome));
    await this.#reset();
    this.#done();
  }

  async #prepare(volume: TmpVolume | undefined): Promise<Prepared> {
    const prepared = await this.#of.launcher.prepare(this.#launch, volume);
    const { workload, credentials } = prepared;
    if (this.#ended) await workload.end(false);
    this.#workload = workload;
    this.#expires = credentials.expiration;
    workload.owner = this;
    return prepared;
  }

  async #init(prepared: Prepared, limitMs: number): Promise<InitOutcome> {
    const { workload } = prepared;
    const outcome = await this.#of.launcher.init(this.#launch, prepared, this, limitMs);
    if (outcome.kind !== 'ready') return outcome;
    void workload.sandbox.exited.then((exit) => this.#exited(workload, exit));
    await this.#memory.measure(workload.sandbox);
    return outcome;
  }

  async #exited(workload: Workload, exit: Exit): Promise<void> {
    await lastWords(this.#clock, workload.link);
    if (this.#workload !== workload || this.#ended) return;
    const run = this.#run;
    if (run && !run.answer) this.#answer('error', runtimeExited(run.call.requestId, exit));
    await this.#reset();
    this.#done();
  }

  #overdue(): void {
    const run = this.#run;
    if (!run) return;
    const now = this.#clock.now();
    if (!run.answer) {
      this.#log.system(this.#lines.timedOut(run.call.requestId, this.spec.timeoutMs, now), now);
      this.#answer('timeout', timedOut(run.call.requestId, this.spec.timeoutMs));
    }
    if (this.#workload) void this.#reset().then(() => this.#done());
  }

  /** Ends the process and keeps /tmp for the next one. */
  async #reset(): Promise<void> {
    const workload = this.#workload;
    if (!workload) return;
    this.recall();
    this.#workload = undefined;
    this.#freezer.forget();
    this.#volume = workload.end(true).catch((error) => {
      this.#of.options.logger.error('a sandbox could not be ended', { error });
      return undefined;
    });
    await this.#volume;
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
    if (lasted < MEASURE_AFTER_MS || !this.#workload || this.#ahead.size > 0) return void this.#report(run, answer);
    void this.#memory.measure(this.#workload.sandbox).then(() => this.#report(run, answer));
  }

  #report(run: Running, answer: Answer): void {
    run.report = makeReport(run, answer, {
      initMs: this.#initMs,
      billInit: this.#of.options.settings.billInit,
      maxMemoryMiB: this.#memory.max,
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
    this.#rest();
    this.#of.onFree(this);
  }

  #rest(): void {
    if (this.#workload && this.#of.options.driver.features.freeze) this.#freezer.release(this.#workload.sandbox);
  }

  #tell(run: Running, answer: Answer): void {
    const report = run.report!;
    if (run.told) return;
    run.told = true;
    const now = this.#clock.now();
    this.#log.endLine();
    this.#log.system(this.#lines.end(report.requestId), now);
    this.#log.system(this.#lines.report(report, now), now);
    const tail = run.call.logTail ? this.#log.takeTail() : undefined;
    this.#log.flush();
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

  /** Now and then, while nobody waits. */
  sample(): void {
    this.#memory.sample(this.#workload?.sandbox);
  }
}
