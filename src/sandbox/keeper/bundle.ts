import type { Limits } from '../contract.ts';
import { INIT } from './image-root.ts';
import { seccomp } from './seccomp.ts';

export interface BundleInput {
  /** The read-only root, see root.ts; with init: an image's, see image-root.ts. */
  readonly root: string;
  /** Directories of the host that are seen at the same paths: without an image's root. */
  readonly system: readonly { readonly source: string; readonly target: string }[];
  /** Root of its own user namespace, see nested.ts. */
  readonly nested: boolean;
  readonly init?: { readonly source: string; readonly argv: readonly string[] };
  readonly cgroup: string;
  /** First host id of the 65,536 that this sandbox has. */
  readonly firstUid: number;
  /** `/proc/PID/fd/N`. */
  readonly network: string;
  readonly limits: Limits;
  readonly slots: { readonly task: string; readonly opt: string; readonly run: string; readonly tmp: string };
  /** Sources are already read-only and reachable by the sandbox's user. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
}

/** The user inside, the one that AWS has. */
const INNER = { uid: 993, gid: 990 } as const;
const ROOT = { uid: 0, gid: 0 } as const;
/** What root of a nested sandbox may, over what is its own: nothing of networks, devices, tracing or the clock. */
const NESTED = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'SETFCAP'].concat(
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'SYS_ADMIN', // for bind mounts and mount namespaces: the filter lets nothing else of it through
);

/** Whom the first process runs as. */
export function innerUser({ nested }: Pick<BundleInput, 'nested'>): { readonly uid: number; readonly gid: number } {
  return nested ? ROOT : INNER;
}

const MIB = 1024 * 1024;

/** The OCI configuration of a generic sandbox; its first process is a shell that waits for its script. */
export function bundle(input: BundleInput): object {
  const capabilities = input.nested ? NESTED.map((name) => `CAP_${name}`) : [];
  const ids = [{ containerID: 0, hostID: input.firstUid, size: 65_536 }];
  return {
    ociVersion: '1.0.2',
    hostname: 'sandbox',
    root: { path: input.root, readonly: true },
    process: {
      terminal: false,
      user: innerUser(input),
      args: input.init?.argv ?? ['/bin/sh'],
      env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      cwd: '/',
      noNewPrivileges: true,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities, inheritable: [], ambient: [] },
      rlimits: [
        { type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 },
        { type: 'RLIMIT_CORE', hard: 0, soft: 0 },
      ],
    },
    mounts: mountsOf(input),
    linux: {
      rootfsPropagation: 'rslave',
      cgroupsPath: input.cgroup,
      resources: resourcesOf(input.limits),
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount', 'user', 'cgroup'].map((type) => ({ type })),
        { type: 'network', path: input.network },
      ],
      uidMappings: ids,
      gidMappings: ids,
      seccomp: seccomp(input),
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/proc/scsi',
        '/proc/sysrq-trigger',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys'],
    },
  };
}

function mountsOf({ slots, mounts, system, init }: BundleInput): object[] {
  const bind = (source: string, destination: string, ...options: string[]) => ({
    destination,
    type: 'bind',
    source,
    options: ['nosuid', 'nodev', ...options],
  });
  const own = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'] },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=64m'] },
    bind(slots.tmp, '/tmp', 'bind', 'rw'),
    bind(slots.run, '/run/dalamb', 'bind', 'ro'),
  ];
  if (init) return [...own, bind(init.source, INIT, 'bind', 'ro')];
  return [
    ...own,
    ...system.map(({ source, target }) => bind(source, target, 'rbind', 'ro')),
    bind(slots.task, '/var/task', 'rbind', 'ro', 'rslave'), // code is mounted later, and arrives by propagation
    bind(slots.opt, '/opt', 'rbind', 'ro', 'rslave'),
    ...mounts.map(({ source, target }) => bind(source, target, 'bind', 'ro')),
  ];
}

function resourcesOf({ memoryMiB, cpus, pids }: Limits): object {
  const bytes = memoryMiB * MIB;
  return {
    memory: { limit: bytes, swap: bytes },
    pids: { limit: pids },
    ...(cpus === undefined ? {} : { cpu: { period: 100_000, quota: Math.max(1000, Math.round(cpus * 100_000)) } }),
    devices: [{ allow: false, access: 'rwm' }],
  };
}
