import type { Duplex } from 'node:stream';
import { type Clock, platformFailure, withDeadline } from '../kernel/index.ts';
import type { ListenerName, Process, Sandbox, SandboxDriver, SandboxEvents, TmpVolume } from '../sandbox/index.ts';
import { AdapterLink } from './adapter-link.ts';
import type { RuntimeEntry } from './catalogue.ts';
import { FrameLink } from './frame-link.ts';
import { HttpLink } from './http-link.ts';
import type { RuntimeLink } from './link.ts';
import { bootVariables } from './variables.ts';

/** Whoever a sandbox works for; a pre-booted one works for nobody yet. */
export interface WorkloadOwner {
  aws(socket: Duplex): void;
  output(chunk: Buffer): void;
  dropped(bytes: number): void;
  egress(bytes: number): void;
}

export interface WorkloadSpec {
  /** Id of the sandbox. */
  readonly id: string;
  readonly runtime: RuntimeEntry;
  readonly memoryMiB: number;
  readonly tmp: number | TmpVolume;
  /** Trees of an image that is its root. */
  readonly image?: readonly string[] | undefined;
}

/** AWS: 1,024 processes and threads. */
export const PIDS = 1024;
const NOTICE_MS = 500;

/** One sandbox with (at most) one runtime process in it, and the conversation with that process. */
export class Workload implements SandboxEvents {
  readonly link: RuntimeLink;
  owner: WorkloadOwner | undefined;
  #sandbox: Sandbox | undefined;

  constructor(runtime: RuntimeEntry, clock: Clock) {
    if (runtime.speaks === 'frames') this.link = new FrameLink(() => this.#sandbox?.tickets);
    else if (runtime.speaks === 'http') this.link = new HttpLink();
    else this.link = new AdapterLink((port) => this.sandbox.connect(port), clock);
  }

  static async boot(driver: SandboxDriver, clock: Clock, spec: WorkloadSpec): Promise<Workload> {
    const { id, runtime, memoryMiB, tmp, image } = spec;
    await runtime.prepare?.();
    const workload = new Workload(runtime, clock);
    const limits = { memoryMiB, pids: PIDS };
    workload.#sandbox = await driver.boot({ id, mounts: runtime.mounts, tmp, limits, ...(image && { image }) }, workload);
    return workload;
  }

  get sandbox(): Sandbox {
    return this.#sandbox!;
  }

  connection(listener: ListenerName, socket: Duplex): void {
    if (listener !== 'aws') return void this.link.connect(listener, socket);
    if (this.owner) this.owner.aws(socket);
    else socket.destroy();
  }

  output(chunk: Buffer): void {
    this.owner?.output(chunk);
  }

  dropped(bytes: number): void {
    this.owner?.dropped(bytes);
  }

  egress(bytes: number): void {
    this.owner?.egress(bytes);
  }

  /** Tells what is inside that the end is near, and waits for it, but not long. */
  async giveNotice(clock: Clock): Promise<void> {
    await this.sandbox.signal('SIGTERM').catch(() => undefined);
    await withDeadline(clock, NOTICE_MS, 'shutdown', this.sandbox.exited).catch(() => undefined);
  }

  async end(keepTmp: boolean): Promise<TmpVolume | undefined> {
    this.owner = undefined;
    this.link.close();
    return this.sandbox.destroy({ keepTmp });
  }
}

const READY_MS = 30_000;

/** Runs the bootstrap without a function in it and waits until it says that it is ready. Rejects with SandboxUnavailable; ends the sandbox then. */
export async function bootGeneric(driver: SandboxDriver, clock: Clock, spec: WorkloadSpec): Promise<Workload> {
  const workload = await Workload.boot(driver, clock, spec);
  const { sandbox } = workload;
  try {
    const argv = spec.runtime.argv!(sandbox, spec.memoryMiB);
    await sandbox.run({ argv, env: bootVariables(sandbox), cwd: '/' });
    await withDeadline(clock, READY_MS, `boot of ${spec.runtime.name}`, Promise.race([workload.link.ready, failed(sandbox)]));
    return workload;
  } catch (error) {
    await workload.end(false).catch(() => undefined); // the first error says more
    throw error;
  }
}

async function failed(sandbox: Sandbox): Promise<never> {
  const exit = await sandbox.exited;
  throw platformFailure('SandboxUnavailable', `the runtime ended while it booted (${exit.signal ?? exit.code})`);
}

/** The command line through AWS_LAMBDA_EXEC_WRAPPER: by the shell, so that a missing wrapper exits 127 as on AWS. */
export function wrapped(argv: readonly string[], wrapper: string | undefined): string[] {
  return wrapper === undefined ? [...argv] : ['/bin/sh', '-c', 'exec "$0" "$@"', wrapper, ...argv];
}

/** A function's own process: all its variables are there when it starts. */
export function ownProcess(sandbox: Sandbox, argv: readonly string[], variables: Readonly<Record<string, string>>): Process {
  const tickets: Record<string, string> = sandbox.tickets ? { DALAMB_TICKETS: sandbox.tickets.path } : {};
  const env = { ...variables, DALAMB_CHANNEL: sandbox.addresses.channel, ...tickets };
  return { argv, env, cwd: '/var/task' };
}
