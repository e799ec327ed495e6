import fs from 'node:fs';
import { platformFailure } from '../../kernel/index.ts';

const PROFILE = '/usr/share/containers/seccomp.json';
const ARCHITECTURES: Readonly<Record<string, { name: string; go: string }>> = {
  x64: { name: 'SCMP_ARCH_X86_64', go: 'amd64' },
  arm64: { name: 'SCMP_ARCH_AARCH64', go: 'arm64' },
};
/** Namespaces and mounts (the profile lets containers nest), other processes' memory, keys, and what the kernel had most holes in. */
const NEVER: ReadonlySet<string> = new Set(
  (
    'mount umount umount2 unshare setns pivot_root chroot fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr clone clone3 ' +
    'ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp keyctl add_key request_key bpf perf_event_open userfaultfd ' +
    'io_uring_setup io_uring_enter io_uring_register name_to_handle_at open_by_handle_at syslog quotactl'
  ).split(' '),
);
const CLONE_NAMESPACES = 0x7e020000;
const ENOSYS = 38;

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly object[];
  readonly errnoRet?: number;
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
  readonly excludes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
}

/** clone without namespaces; clone3, whose flags a filter cannot see, is said not to exist, and libraries use clone instead. */
const CLONES: readonly Rule[] = [
  {
    names: ['clone'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value: CLONE_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  },
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, args: [] },
];

const CLONE_NEWNS = 0x20000;
const CLONE_NEWUTS = 0x04000000;
const MS_REMOUNT = 32;
const MS_BIND = 4096;
const MS_PROPAGATION = [1 << 17, 1 << 18, 1 << 19, 1 << 20];
/** Allowed when the bits of mask in that argument are these. */
const masked = (name: string, index: number, [mask, bits]: readonly [number, number]): Rule => ({
  names: [name],
  action: 'SCMP_ACT_ALLOW',
  args: [{ index, value: mask, valueTwo: bits, op: 'SCMP_CMP_MASKED_EQ' }],
});
/**
 * What a program that builds images in chroots needs: mounts of what is mounted already, in mount namespaces of its own. No file system can be
 * mounted, no mount of the kernel's other interface made, no user, network, pid, ipc or cgroup namespace opened, and none entered.
 */
const NESTING: readonly Rule[] = [
  { names: ['umount2', 'chroot'], action: 'SCMP_ACT_ALLOW' },
  masked('mount', 3, [MS_BIND, MS_BIND]),
  ...MS_PROPAGATION.map((bit) => masked('mount', 3, [bit | MS_REMOUNT, bit])),
  masked('unshare', 0, [~(CLONE_NEWNS | CLONE_NEWUTS) >>> 0, 0]),
];

const filters = new Map<boolean, object>();

/** The system's profile for containers without any capability, for this architecture only. Throws SandboxUnavailable when it is not installed. */
export function seccomp({ nested }: { readonly nested: boolean }): object {
  const filter = filters.get(nested) ?? makeFilter(nested ? [...CLONES, ...NESTING] : CLONES);
  filters.set(nested, filter);
  return filter;
}

function makeFilter(more: readonly Rule[]): object {
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
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet,
    architectures: [architecture.name],
    syscalls: (profile.syscalls as Rule[])
      .filter(applies)
      .map((rule): Rule => ({ ...rule, names: rule.names.filter((name) => !NEVER.has(name)) }))
      .filter(({ names }) => names.length > 0)
      .concat(more)
      .map(({ names, action, args, errnoRet }) => ({ names, action, args: args ?? [], errnoRet })),
  };
}
