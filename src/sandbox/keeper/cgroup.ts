import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bug } from '../../kernel/index.ts';
import type { Limits } from '../contract.ts';

/** The control groups of one sandbox: v1, v2, or the mixture of both that some hosts have (v1 controllers with an empty v2 tree). */
export interface Cgroup {
  limit(limits: Limits): void;
  freeze(): Promise<void>;
  thaw(): void;
  /** Bytes. */
  memory(): { readonly current: number; readonly peak: number };
  /** How often the kernel killed for want of memory. */
  oomKills(): number;
  /** Ends every process in it, also when frozen. */
  kill(): void;
  /** Takes it away once it is empty. */
  remove(): Promise<void>;
}

const PERIOD_US = 100_000;
const MIB = 1024 * 1024;

/** Mount point of each v1 controller, and of v2 under the empty name. */
export function cgroupMounts(mountinfo = fs.readFileSync('/proc/self/mountinfo', 'utf8')): Map<string, string> {
  const mounts = new Map<string, string>();
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const [type, , options = ''] = right?.split(' ') ?? [];
    const mount = left?.split(' ')[4];
    if (mount === undefined) continue;
    if (type === 'cgroup2' && !mounts.has('')) mounts.set('', mount);
    if (type === 'cgroup') for (const option of options.split(',')) if (!mounts.has(option)) mounts.set(option, mount);
  }
  return mounts;
}

/** The groups that a process is in. */
export function cgroupOf(pid: number, mounts = cgroupMounts()): Cgroup {
  const directories = new Map<string, string>();
  for (const line of fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n')) {
    const [, names = '', below = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of names.split(',')) {
      const mount = mounts.get(name.replace(/^name=/, 'name=')) ?? (name.startsWith('name=') ? mounts.get(name) : undefined);
      if (mount !== undefined && below !== '/') directories.set(name, path.join(mount, below));
    }
  }
  const unique = new Set(directories.values());
  if (directories.has('memory')) return versionOne((name) => directories.get(name) ?? missing(name), unique);
  return versionTwo(directories.get('') ?? missing('v2'), unique);
}

function missing(name: string): never {
  throw bug(`there is no cgroup ${name}`);
}

const read = (directory: string, file: string) => fs.readFileSync(path.join(directory, file), 'utf8').trim();
const write = (directory: string, file: string, value: string | number) =>
  fs.writeFileSync(path.join(directory, file), String(value));
const field = (text: string, name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);

function versionOne(at: (controller: string) => string, all: ReadonlySet<string>): Cgroup {
  const memory = at('memory');
  const swap = fs.existsSync(path.join(memory, 'memory.memsw.limit_in_bytes'));
  const thaw = () => write(at('freezer'), 'freezer.state', 'THAWED');
  return {
    limit({ memoryMiB, cpus, pids }) {
      const bytes = memoryMiB * MIB;
      const grows = bytes > Number(read(memory, 'memory.limit_in_bytes'));
      if (swap && grows) write(memory, 'memory.memsw.limit_in_bytes', bytes); // memory may never be above memory + swap
      write(memory, 'memory.limit_in_bytes', bytes);
      if (swap && !grows) write(memory, 'memory.memsw.limit_in_bytes', bytes);
      write(at('pids'), 'pids.max', pids);
      write(at('cpu'), 'cpu.cfs_quota_us', cpus === undefined ? -1 : quota(cpus));
    },
    async freeze() {
      const freezer = at('freezer');
      for (let tries = 0; tries < 1000; tries++) {
        write(freezer, 'freezer.state', 'FROZEN');
        if (read(freezer, 'freezer.state') === 'FROZEN') return;
        if (tries > 5) await pause(1);
        if (tries % 50 === 49) {
          thaw(); // what sleeps halfway between two processes gets on, and can be frozen after that
          await pause(10);
        }
      }
      thaw();
      throw bug('it does not freeze');
    },
    thaw,
    memory: () => ({
      current: Number(read(memory, 'memory.usage_in_bytes')),
      peak: Number(read(memory, 'memory.max_usage_in_bytes')),
    }),
    oomKills: () => field(read(memory, 'memory.oom_control'), 'oom_kill'),
    kill() {
      killAll(at('pids'));
      thaw();
    },
    remove: () => removeAll(all),
  };
}

function versionTwo(at: string, all: ReadonlySet<string>): Cgroup {
  return {
    limit({ memoryMiB, cpus, pids }) {
      write(at, 'memory.max', memoryMiB * MIB);
      if (fs.existsSync(path.join(at, 'memory.swap.max'))) write(at, 'memory.swap.max', 0);
      write(at, 'pids.max', pids);
      write(at, 'cpu.max', `${cpus === undefined ? 'max' : quota(cpus)} ${PERIOD_US}`);
    },
    async freeze() {
      write(at, 'cgroup.freeze', 1);
      for (let tries = 0; tries < 1000; tries++) {
        if (field(read(at, 'cgroup.events'), 'frozen') === 1) return;
        if (tries > 5) await pause(1);
      }
      write(at, 'cgroup.freeze', 0);
      throw bug('it does not freeze');
    },
    thaw: () => write(at, 'cgroup.freeze', 0),
    memory() {
      const current = Number(read(at, 'memory.current'));
      const peak = fs.existsSync(path.join(at, 'memory.peak')) ? Number(read(at, 'memory.peak')) : current; // since Linux 5.19
      return { current, peak };
    },
    oomKills: () => field(read(at, 'memory.events'), 'oom_kill'),
    kill() {
      if (fs.existsSync(path.join(at, 'cgroup.kill'))) write(at, 'cgroup.kill', 1);
      else killAll(at);
    },
    remove: () => removeAll(all),
  };
}

const quota = (cpus: number) => Math.max(1000, Math.round(cpus * PERIOD_US));

function killAll(directory: string): void {
  for (const pid of read(directory, 'cgroup.procs').split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {} // it ended by itself
  }
}

async function removeAll(directories: Iterable<string>): Promise<void> {
  for (const directory of directories) {
    for (let tries = 0; ; tries++) {
      try {
        fs.rmdirSync(directory);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') break;
        if (tries >= 1000) throw error;
        await pause(Math.min(1 + tries, 10)); // the last process is still going
      }
    }
  }
}
