import fs from 'node:fs';
import { platformFailure } from '../../kernel/index.ts';
import type { Limits } from '../contract.ts';
import { INIT } from './image-root.ts';
import { hostDirectories } from './root.ts';

export interface BundleInput {
  /** The read-only root, see root.ts; with init: an image's, see image-root.ts. */
  readonly root: string;
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
export const INNER = { uid: 993, gid: 990 } as const;
const MIB = 1024 * 1024;

/** The OCI configuration of a generic sandbox; its first process is a shell that waits for its script. */
export function bundle(input: BundleInput): object {
  const ids = [{ containerID: 0, hostID: input.firstUid, size: 65_536 }];
  return {
    ociVersion: '1.0.2',
    hostname: 'sandbox',
    root: { path: input.root, readonly: true },
    process: {
      terminal: false,
      user: INNER,
      args: input.init?.argv ?? ['/bin/sh'],
      env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      cwd: '/',
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
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
      seccomp: seccomp(),
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

function mountsOf({ slots, mounts, init }: BundleInput): object[] {
  const bind = (source: string, destination: string, ...options: string[]) => ({
    destination,
    type: 'bind',
    source,
    options: ['nosuid', 'nodev', ...options],
  });
  const system = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'] },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=64m'] },
    bind(slots.tmp, '/tmp', 'bind', 'rw'),
    bind(slots.run, '/run/dalamb', 'bind', 'ro'),
  ];
  if (init) return [...system, bind(init.source, INIT, 'bind', 'ro')];
  return [
    ...system,
    ...hostDirectories().map((directory) => bind(directory, directory, 'rbind', 'ro')),
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

const PROFILE = '/usr/share/containers/seccomp.json';
const ARCHITECTURES: Readonly<Record<string, { name: string; go: string }>> = {
  x64: { name: 'SCMP_ARCH_X86_64', go: 'amd64' },
  arm64: { name: 'SCMP_ARCH_AARCH64', go: 'arm64' },
};
/** Namespaces and mounts (the profile lets containers nest), other processes' memory, keys, and what the kernel had most holes in. */
const NEVER = new Set(
  (
    'mount umount umount2 unshare setns pivot_root chroot fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr clone clone3 ' +
    'ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp keyctl add_key request_key bpf perf_event_open userfaultfd ' +
    'io_uring_setup io_uring_enter io_uring_register name_to_handle_at open_by_handle_at syslog quotactl'
  ).split(' '),
);
const CLONE_NAMESPACES = 0x7e020000;
const ENOSYS = 38;
/** clone without namespaces; clone3, whose flags a filter cannot see, is said not to exist, and libraries use clone instead. */
const CLONES = [
  {
    names: ['clone'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value: CLONE_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  },
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, args: [] },
];

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly object[];
  readonly errnoRet?: number;
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
  readonly excludes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
}

let filter: object | undefined;

/** The system's profile for containers without any capability, for this architecture only. Throws SandboxUnavailable when it is not installed. */
function seccomp(): object {
  if (filter !== undefined) return filter;
  if (!fs.existsSync(PROFILE)) {
    throw platformFailure('SandboxUnavailable', `${PROFILE} is missing (Debian: golang-github-containers-common)`);
  }
  const profile = JSON.parse(fs.readFileSync(PROFILE, 'utf8'));
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw platformFailure('SandboxUnavailable', `no seccomp profile for ${process.arch}`);
  const applies = ({ includes, excludes }: Rule) =>
    !includes?.caps?.length &&
    (!includes?.arches?.length || includes.arches.includes(architecture.go)) &&
    !excludes?.arches?.includes(architecture.go);
  filter = {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet,
    architectures: [architecture.name],
    syscalls: (profile.syscalls as Rule[])
      .filter(applies)
      .map(({ names, action, args, errnoRet }) => ({
        names: names.filter((name) => !NEVER.has(name)),
        action,
        args: args ?? [],
        errnoRet,
      }))
      .filter(({ names }) => names.length > 0)
      .concat(CLONES as never),
  };
  return filter;
}
