import type { Exit, TmpVolume } from '../sandbox/index.ts';
import { Freezer } from './freezer.ts';
import { type InitOutcome, type Launcher, type LaunchOptions, lastWords, type Prepared } from './launch.ts';
import type { LinkEvents, RuntimeCall } from './link.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { InvokeOptions } from './settings.ts';
import type { Workload, WorkloadOwner } from './workload.ts';

export interface WorkloadsOptions {
  readonly options: InvokeOptions;
  readonly launcher: Launcher;
  readonly launch: LaunchOptions;
}

/** The environment that they work for. */
export interface WorkloadsOwner extends LinkEvents, WorkloadOwner {
  /** The process of the current one is gone, by itself. */
  exited(exit: Exit): void;
}

const LOST_MS = 100;

/** The workloads of one environment, one after another: each finds the /tmp of the one before. Frozen while it has nothing to do. */
export class Workloads {
  /** The most that any of them used. */
  readonly memory: MemoryWatch;
  readonly #of: WorkloadsOptions;
  readonly #owner: WorkloadsOwner;
  readonly #freezer: Freezer;
  #current: Workload | undefined;
  #volume: Promise<TmpVolume | undefined> | undefined;
  #expires = Number.POSITIVE_INFINITY;
  #ended = false;

  constructor(of: WorkloadsOptions, owner: WorkloadsOwner) {
    const { clock, settings } = of.options;
    this.#of = of;
    this.#owner = owner;
    this.memory = new MemoryWatch(clock);
    this.#freezer = new Freezer(clock, settings.freezeAfterMs);
  }

  /** Undefined before the first, and between one that ended and the next. */
  get current(): Workload | undefined {
    return this.#current;
  }

  get frozen(): boolean {
    return this.#freezer.frozen;
  }

  /** Epoch ms at which the credentials of the current one do not hold any more. */
  get expires(): number {
    return this.#expires;
  }

  /** The next one, with the function's code, and not yet with its handler. Rejects when the platform cannot start it. */
  async prepare(): Promise<Prepared> {
    const volume = await this.#volume;
    this.#volume = undefined;
    const prepared = await this.#of.launcher.prepare(this.#of.launch, volume);
    const { workload, credentials } = prepared;
    if (this.#ended) await workload.end(false);
    this.#current = workload;
    this.#expires = credentials.expiration;
    workload.owner = this.#owner;
    return prepared;
  }

  /** Loads the handler; from then on its exit is told. */
  async init(prepared: Prepared, limitMs: number): Promise<InitOutcome> {
    const { workload } = prepared;
    const outcome = await this.#of.launcher.init(this.#of.launch, prepared, this.#owner, limitMs);
    if (outcome.kind !== 'ready') return outcome;
    void workload.sandbox.exited.then((exit) => this.#exited(workload, exit));
    await this.memory.measure(workload.sandbox);
    return outcome;
  }

  /** A call for that one, which may be frozen. */
  send(workload: Workload, call: RuntimeCall): void {
    this.#freezer.wake(workload.sandbox, (error) => {
      this.#of.options.logger.error('a sandbox could not be thawed', { error });
      void workload.sandbox.destroy();
    });
    workload.link.invoke(call);
  }

  /** There is nothing to do for now. */
  rest(): void {
    if (this.#of.launch.runtime.debuggerPort !== undefined) return; // whoever debugs asks it things
    if (this.#current && this.#of.options.driver.features.freeze) this.#freezer.release(this.#current.sandbox);
  }

  /** The current one cannot be talked to any more: it is dying, or is made to. */
  lost(): void {
    const workload = this.#current;
    if (workload) this.#of.options.clock.after(LOST_MS, () => void workload.sandbox.signal('SIGKILL').catch(() => undefined));
  }

  /** Ends the current one and keeps /tmp for the next. */
  async replace(): Promise<void> {
    const workload = this.#current;
    if (!workload) return;
    this.#current = undefined;
    this.#freezer.forget();
    this.#volume = workload.end(true).catch((error) => {
      this.#couldNotEnd(error);
      return undefined;
    });
    await this.#volume;
  }

  /** There will be no other. Tells the current one that its end is near; undefined when that does not want to know. */
  giveNotice(): Promise<void> | undefined {
    this.#ended = true;
    this.#freezer.dispose();
    const workload = this.#current;
    if (!workload?.link.wantsNotice) return undefined;
    const resumed = this.#freezer.resume(workload.sandbox).catch(() => undefined);
    return resumed.then(() => workload.giveNotice(this.#of.options.clock));
  }

  /** After giveNotice: ends the current one, and /tmp with it. Never rejects. */
  async end(): Promise<void> {
    await this.#current?.end(false).catch((error) => this.#couldNotEnd(error));
    this.#current = undefined;
    await (await this.#volume)?.discard().catch(() => undefined);
  }

  async #exited(workload: Workload, exit: Exit): Promise<void> {
    await lastWords(this.#of.options.clock, workload.link);
    if (this.#current === workload && !this.#ended) this.#owner.exited(exit);
  }

  #couldNotEnd(error: unknown): void {
    this.#of.options.logger.error('a sandbox could not be ended', { error });
  }
}
