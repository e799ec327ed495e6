import type { Duplex } from 'node:stream';
import type { Service } from '../kernel/index.ts';

/**
 * The contract of sandbox drivers: isolated workloads, generic at boot, given their code, limits and process later. A sandbox knows
 * nothing of functions.
 *
 * Life: boot → booted; assign (any number of times before and after run, e.g. limits) ; run (once) → running; freeze ⇄ thaw; destroy →
 * gone. What is illegal in a state rejects with SandboxIllegal. After destroy resolves, no process, mount, cgroup, socket or file of it
 * is left, and no further event is delivered.
 */
export interface SandboxDriver extends Service {
  readonly name: 'oci' | 'process';
  readonly features: SandboxFeatures;
  /** Rejects with SandboxUnavailable. */
  boot(spec: SandboxSpec, events: SandboxEvents): Promise<Sandbox>;
}

/** What a driver really does; a false one means that limits and egress of an assignment have no effect there, and the driver says so when it starts. */
export interface SandboxFeatures {
  readonly isolation: boolean;
  readonly limits: boolean;
  readonly freeze: boolean;
  readonly egress: boolean;
  readonly tickets: boolean;
  /** Roots of images; without it a boot that asks for one is refused. */
  readonly images: boolean;
  /** Connections into a sandbox; without it connect is refused. */
  readonly connect: boolean;
  /** Nested sandboxes; without it a boot that asks for one is refused. */
  readonly nested: boolean;
}

export interface SandboxSpec {
  /** `[a-z0-9-]{1,40}`, unique among living sandboxes of this driver. */
  readonly id: string;
  /** Directories of the host shown read-only from the start, e.g. a runtime. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  /**
   * Trees of which the root is overlaid read-only, the lowest first, instead of the host's programs and libraries: nothing of the host is
   * seen then but /etc/hosts and /etc/resolv.conf; mounts must be empty, and trees cannot be assigned.
   */
  readonly image?: readonly string[];
  /**
   * Its processes are root of its own user namespace, over the user ids of the sandbox alone, and may change roots and bind what they see
   * elsewhere, in mount namespaces of their own: for programs that build images. Everything else holds as without. Not with image.
   */
  readonly nested?: boolean;
  /** Size of /tmp in MiB, or a volume kept from a destroyed sandbox. */
  readonly tmp: number | TmpVolume;
  readonly limits: Limits;
}

export interface Limits {
  readonly memoryMiB: number;
  /** Share of one core, e.g. 1 for 1,769 MB; undefined: no quota. */
  readonly cpus?: number;
  readonly pids: number;
}

/** A /tmp that outlives its sandbox, so that a reset keeps its files. Discard it if it is not used again. */
export interface TmpVolume {
  readonly mib: number;
  discard(): Promise<void>;
}

export type ListenerName = 'runtime' | 'aws' | 'channel';

export interface SandboxEvents {
  /** A connection from inside: to the Runtime API, to the AWS endpoint, or to the frame channel (a unix socket). */
  connection(listener: ListenerName, socket: Duplex): void;
  /** What the workload wrote to stdout or stderr; in order; may be cut anywhere. The driver never blocks the workload: beyond a rate it drops. */
  output(chunk: Buffer): void;
  dropped(bytes: number): void;
  /** An outgoing connection or datagram reply was metered. */
  egress(bytes: number): void;
}

/** A rule by which outgoing connections are judged; see model's EgressPolicy, which has the same shape. */
export interface Egress {
  readonly enabled: boolean;
  readonly allow: readonly { readonly to: string; readonly port: number }[];
  readonly deny: readonly { readonly to: string; readonly port: number }[];
}

export interface Assignment {
  /** Trees (by hash, see trees.ts) to show read-only at these targets: `/var/task`, `/opt`. Several trees at one target are overlaid, later ones on top. */
  readonly trees?: readonly { readonly hashes: readonly string[]; readonly target: '/var/task' | '/opt' }[];
  readonly limits?: Limits;
  readonly egress?: Egress;
}

/** The main process. argv[0] is a path inside, or a name that is looked for in env's PATH; exit code 127 when it is not there, 126 when it cannot be run. */
export interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Exit {
  readonly code?: number;
  /** `SIGKILL`. */
  readonly signal?: string;
  /** The kernel killed something in it for want of memory. */
  readonly oom: boolean;
}

/** Numbers between the platform and a workload: each is taken by one of them, whoever is first. None after destroy. */
export interface Tickets {
  /** Where the workload finds them: a named pipe, 4 bytes big-endian each, in order. */
  readonly path: string;
  put(numbers: readonly number[]): void;
  /** Those that the workload has not taken; it takes none of them any more. */
  takeBack(): number[];
}

export interface Sandbox {
  readonly id: string;
  /** Undefined where features.tickets is false. */
  readonly tickets: Tickets | undefined;
  /** `host:port` (unix path for channel) as seen from inside. */
  readonly addresses: Readonly<Record<ListenerName, string>>;
  /** Where trees appear inside: the same as their targets under `oci`, a host path under `process`. */
  path(target: string): string;
  assign(assignment: Assignment): Promise<void>;
  run(process: Process): Promise<void>;
  /** Where features.freeze is false, freeze and thaw do nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Sends a signal to the main process. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Connects to a port that something inside listens on at 127.0.0.1; undefined when nothing does. The connection ends with the sandbox. */
  connect(port: number): Promise<Duplex | undefined>;
  /** Bytes; peak is since resetPeak or the boot. Under `process`: the main process's own numbers. */
  memory(): Promise<{ readonly current: number; readonly peak: number }>;
  /** Resolves when the main process has ended (or the sandbox was destroyed first). */
  readonly exited: Promise<Exit>;
  /** With keepTmp resolves to the volume. Idempotent. */
  destroy(options?: { readonly keepTmp?: boolean }): Promise<TmpVolume | undefined>;
}
