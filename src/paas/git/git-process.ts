import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { type Clock, collect, MIB, platformFailure } from '../../kernel/index.ts';

/** Where git works. All paths are absolute. */
export interface GitPlaces {
  /** Holds `APP.git`. */
  readonly root: string;
  /** An empty directory: git's HOME. */
  readonly home: string;
  /** The only hooks that ever run. */
  readonly hooks: string;
}

export interface GitRun {
  /** Subcommand and its arguments. */
  readonly args: readonly string[];
  /** GIT_DIR; commands that take the repository as an argument have none. */
  readonly repository?: string;
  /** Settings of this run alone, `name=value`. */
  readonly config?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Socket pairs that the child gets as descriptors 3, 4, …: nobody else can open them. */
  readonly pairs?: number;
  /** Killed after this; default 60,000. */
  readonly deadlineMs?: number;
  /** No file that it writes may grow beyond; default 8 GiB. */
  readonly fileBytes?: number;
  readonly signal?: AbortSignal;
}

export interface GitEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** The last that it said on stderr, for logs. */
  readonly said: string;
}

export interface GitChild {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pairs: readonly Duplex[];
  /** When it and all its output have ended; never rejects. */
  readonly ended: Promise<GitEnd>;
  /** Ends it and all that it started, at once. */
  kill(): void;
}

export type RunGit = (run: GitRun) => GitChild;

/** Address space, and CPU time of one process: what a bomb may cost. Files above BIG are streamed instead of held. */
const MEMORY_KIB = 2 * 1024 * 1024;
const CPU_SECONDS = 900;
const BIG = '16m';

const settings = [
  'safe.directory=*', // the data directory may be of another user than its parent's
  'core.fsync=all',
  `core.bigFileThreshold=${BIG}`,
  'core.packedGitWindowSize=32m',
  'core.packedGitLimit=256m',
  'core.deltaBaseCacheLimit=32m',
  'core.logAllRefUpdates=false',
  'pack.threads=1',
  'pack.windowMemory=128m',
  'pack.deltaCacheSize=64m',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.allow=never',
  'tar.umask=022',
];

const LIMITS = (fileBytes: number) =>
  `ulimit -c 0; ulimit -v ${MEMORY_KIB}; ulimit -t ${CPU_SECONDS}; ulimit -f ${Math.ceil(fileBytes / 512)}; exec git "$@"`;

/**
 * Runs the real git: with nothing of this machine's or anybody's configuration, no hooks but ours, no terminal, no prompt, bounded in memory,
 * CPU time and file size, in a process group of its own. What ends with the server ends by the sockets it holds.
 */
export function createRunGit(places: GitPlaces, clock: Clock): RunGit {
  const base = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: places.home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
  const own = [...settings, `core.hooksPath=${places.hooks}`].flatMap((setting) => ['-c', setting]);
  return (run) => {
    const { signal, pairs = 0, deadlineMs = 60_000, fileBytes = 8192 * MIB } = run;
    const more = (run.config ?? []).flatMap((setting) => ['-c', setting]);
    const child = spawn('/bin/sh', ['-c', LIMITS(fileBytes), 'git', ...own, ...more, ...run.args], {
      cwd: places.home,
      env: { ...base, ...(run.repository === undefined ? {} : { GIT_DIR: run.repository }), ...run.env },
      stdio: ['pipe', 'pipe', 'pipe', ...Array<'pipe'>(pairs).fill('pipe')],
      detached: true,
    });
    return watched(child, { clock, signal, deadlineMs });
  };
}

const SAID = 4096;

function watched(
  child: ChildProcess,
  { clock, signal, deadlineMs }: { clock: Clock; signal: AbortSignal | undefined; deadlineMs: number },
): GitChild {
  let said = '';
  let over = false;
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {} // nothing of it is left
  };
  const kill = () => {
    if (!over) killGroup();
  };
  const cancel = clock.after(deadlineMs, kill);
  signal?.addEventListener('abort', kill, { once: true });
  const all = child.stdio as (Duplex | null)[];
  for (const stream of all) stream?.on('error', () => {}); // it may end before it has read or said all
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-SAID);
  });
  child.once('exit', () => {
    over = true;
    killGroup(); // what it started has its sockets, and would keep them
  });
  const ended = new Promise<GitEnd>((resolve) => {
    const end = (code: number | null) => {
      cancel();
      signal?.removeEventListener('abort', kill);
      resolve({ code, said });
    };
    child.once('close', end).once('error', (error) => {
      said += error.message;
      end(null);
    });
  });
  if (signal?.aborted) kill();
  return { stdin: child.stdin!, stdout: child.stdout!, stderr: child.stderr!, pairs: all.slice(3) as Duplex[], ended, kill };
}

const MOST_OUTPUT = 16 * MIB;

/** What a command says on stdout. Rejects with GitFailed when it fails, is killed, or says more than 16 MiB. */
export async function outputOf(git: RunGit, run: GitRun, input = ''): Promise<Buffer> {
  const child = git(run);
  child.stdin.end(input);
  try {
    const output = await collect(child.stdout, MOST_OUTPUT, () => platformFailure('GitFailed', `${run.args[0]} says too much`));
    const { code, said } = await child.ended;
    if (code !== 0) throw platformFailure('GitFailed', `${run.args[0]}: ${said.trim()}`);
    return output;
  } finally {
    child.kill();
  }
}

/** Whether a command that answers by its exit code says yes (0) or no (anything else). */
export async function saysYes(git: RunGit, run: GitRun): Promise<boolean> {
  const child = git(run);
  child.stdin.end();
  child.stdout.resume();
  return (await child.ended).code === 0;
}

/** Of the git that is installed, e.g. [2, 39]. Rejects with GitFailed when there is none. */
export async function versionOf(git: RunGit): Promise<readonly [number, number]> {
  const said = (await outputOf(git, { args: ['version'] })).toString('latin1');
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(said) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
}

/** Whether it dials the address that it is told to (http.curloptResolve), rather than looking the name up again. */
export function isEnough([major, minor]: readonly [number, number]): boolean {
  return major > 2 || (major === 2 && minor >= 37);
}
