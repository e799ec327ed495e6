import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { type Clock, type Logger, platformFailure } from '../../kernel/index.ts';
import type { Assignment, Exit, ListenerName, Process, Sandbox, SandboxDriver, SandboxEvents, SandboxSpec } from '../contract.ts';
import { meterOutput } from '../output.ts';
import type { TreeStore } from '../trees.ts';
import { memoryOf } from './memory.ts';

export interface ProcessDriverOptions {
  readonly trees: TreeStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Plain processes of the platform's own user, on any system: no isolation, no limits, no freezing, and it says so when it starts. */
export function processDriver(options: ProcessDriverOptions): SandboxDriver {
  return {
    name: 'process',
    features: {
      isolation: false,
      limits: false,
      freeze: false,
      egress: false,
      tickets: false,
      images: false,
      connect: false,
      nested: false,
    },
    async start() {
      options.logger.warn(
        'NO ISOLATION: functions run as plain processes of this user, without limits, and can read its files. Start as root on Linux with runc for sandboxes.',
      );
    },
    async stop() {},
    async boot(spec, events) {
      const sandbox = new ProcessSandbox(spec, events, options);
      return sandbox.open().catch(async (error) => {
        await sandbox.destroy();
        throw platformFailure('SandboxUnavailable', (error as Error).message, { cause: error });
      });
    },
  };
}

const KILL_AFTER_MS = 2000;

class ProcessSandbox implements Sandbox {
  readonly id: string;
  readonly addresses: Record<ListenerName, string> = { runtime: '', aws: '', channel: '' };
  readonly tickets = undefined;
  readonly exited: Promise<Exit>;
  readonly #events: SandboxEvents;
  readonly #options: ProcessDriverOptions;
  readonly #paths = new Map<string, string>();
  readonly #servers: net.Server[] = [];
  readonly #sockets = new Set<Duplex>();
  readonly #spec: SandboxSpec;
  #directory = '';
  #child: ChildProcess | undefined;
  #peak = 0;
  #settle: (exit: Exit) => void = () => {};

  constructor(spec: SandboxSpec, events: SandboxEvents, options: ProcessDriverOptions) {
    this.id = spec.id;
    this.#spec = spec;
    this.#events = events;
    this.#options = options;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async open(): Promise<this> {
    this.#directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
    for (const { source, target } of this.#spec.mounts) this.#paths.set(target, source);
    const { tmp } = this.#spec;
    this.#paths.set(
      '/tmp',
      tmp instanceof DirectoryVolume ? tmp.directory : await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-tmp-')),
    );
    this.addresses.runtime = await this.#listen('runtime', { host: '127.0.0.1', port: 0 });
    this.addresses.aws = await this.#listen('aws', { host: '127.0.0.1', port: 0 });
    this.addresses.channel = await this.#listen('channel', { path: path.join(this.#directory, 'channel.sock') });
    return this;
  }

  async #listen(name: ListenerName, where: net.ListenOptions): Promise<string> {
    const server = net.createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {}); // whoever was given the socket has its own handler
      this.#events.connection(name, socket);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, resolve));
    const address = server.address();
    return address === null || typeof address === 'string' ? String(address) : `127.0.0.1:${address.port}`;
  }

  path(target: string): string {
    for (const [from, to] of this.#paths) {
      if (target === from || target.startsWith(`${from}/`)) return to + target.slice(from.length);
    }
    return target;
  }

  async assign({ trees }: Assignment): Promise<void> {
    for (const { hashes, target } of trees ?? []) {
      if (this.#paths.has(target)) throw platformFailure('SandboxIllegal', `${target} is taken`);
      this.#paths.set(target, await this.#overlaid(hashes, target));
    }
  }

  async #overlaid(hashes: readonly string[], target: string): Promise<string> {
    if (hashes.length === 1) return this.#options.trees.path(hashes[0]!);
    const merged = path.join(this.#directory, path.basename(target));
    await fs.mkdir(merged);
    for (const hash of hashes) await fs.cp(this.#options.trees.path(hash), merged, { recursive: true, verbatimSymlinks: true });
    return merged;
  }

  async run({ argv, env, cwd }: Process): Promise<void> {
    const child = spawn(argv[0]!, argv.slice(1), {
      env: { TMPDIR: this.path('/tmp'), ...env },
      cwd: this.#paths.get(cwd) ?? cwd, // a target itself, or what path() gave
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own group, so that its children can be ended with it
    });
    this.#child = child;
    meterOutput(child.stdout, this.#options.clock, this.#events);
    meterOutput(child.stderr, this.#options.clock, this.#events);
    child.once('exit', (code, signal) => this.#settle({ code: code ?? undefined, signal: signal ?? undefined, oom: false }));
    child.once('error', (error) => {
      this.#events.output(Buffer.from(`${error.message}\n`));
      this.#settle({ code: 127, oom: false });
    });
  }

  async freeze(): Promise<void> {}

  async thaw(): Promise<void> {}

  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
  }

  /** Its ports are the host's: two sandboxes would share one, so there is no way to the right process. */
  async connect(): Promise<never> {
    throw platformFailure(
      'SandboxUnavailable',
      'connections into a process need a network of its own, which the driver process does not give',
    );
  }

  async memory(): Promise<{ current: number; peak: number }> {
    const { current, peak } = await memoryOf(this.#child?.pid);
    this.#peak = Math.max(this.#peak, peak);
    return { current, peak: this.#peak };
  }

  async destroy(options: { readonly keepTmp?: boolean } = {}): Promise<DirectoryVolume | undefined> {
    await this.#kill();
    this.#settle({ signal: 'SIGKILL', oom: false });
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await fs.rm(this.#directory, { recursive: true, force: true });
    const tmp = this.#paths.get('/tmp');
    if (tmp === undefined) return undefined;
    const volume = new DirectoryVolume(
      this.#spec.tmp instanceof DirectoryVolume ? this.#spec.tmp.mib : Number(this.#spec.tmp),
      tmp,
    );
    if (options.keepTmp) return volume;
    await volume.discard();
    return undefined;
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const ended = child.exitCode !== null || child.signalCode !== null;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL'); // no groups on this system, or none left
    }
    if (ended) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(KILL_AFTER_MS, resolve);
      child.once('exit', () => {
        cancel();
        resolve();
      });
    });
  }
}

class DirectoryVolume {
  readonly mib: number;
  readonly directory: string;

  constructor(mib: number, directory: string) {
    this.mib = mib;
    this.directory = directory;
  }

  async discard(): Promise<void> {
    await fs.rm(this.directory, { recursive: true, force: true });
  }
}
