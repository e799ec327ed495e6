import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { platformFailure } from '../../kernel/index.ts';
import { messagePair } from '../system.ts';
import { type House, openHouse } from './house.ts';
import { type FromKeeper, KEPT } from './protocol.ts';
import { serveKeeper } from './serve.ts';

export interface KeeperOptions {
  /** The program that becomes the server: a file inside checkout, called with KEPT and then args. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Shown to the server read-only. */
  readonly checkout: string;
  /** Created, given to the server's user, and shown to it writable; its trees are in `trees`. */
  readonly dataDirectory: string;
  /** Further files that the server may read and write; those that are missing are made, empty and 0600. */
  readonly files?: readonly string[];
  /** Further directories of the host of which sandboxes may be shown something, read-only. */
  readonly shown?: readonly string[];
  /** User and group of the server; 0 leaves it root (`--allow-root`). */
  readonly uid: number;
  readonly firstUid: number;
  /** `runc` or `runsc`. */
  readonly runtime: string;
  /** Whether nested sandboxes may be booted. */
  readonly nested: boolean;
  /** Anything that JSON can carry, given to the server as hello.settings. */
  readonly settings?: unknown;
}

const STOP_MS = 35_000;

/** Why this process cannot be a keeper; undefined when it can. */
export function keeperObstacle(runtime: string): string | undefined {
  if (process.platform !== 'linux') return `no namespaces on ${process.platform}`;
  if (process.getuid?.() !== 0) return 'not started as root';
  for (const program of [runtime, 'unshare', 'setpriv', 'mount', 'mkfs.ext4', 'cp']) {
    if (
      !['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'].some((at) =>
        fs.existsSync(path.join(at, program)),
      )
    ) {
      return `${program} is not installed`;
    }
  }
  return undefined;
}

/**
 * Turns this process, which is root on Linux, into the keeper: starts the server below it without privileges, serves its commands, and
 * exits as the server does. Signals go on to the server. If this process is killed, the server and all sandboxes end with it.
 */
export async function runKeeper(options: KeeperOptions): Promise<never> {
  const house = openHouse();
  try {
    const server = startServer(house, options);
    const code = await untilEnded(server.child);
    await server.close();
    house.close();
    process.exit(code);
  } catch (error) {
    house.close();
    throw error;
  }
}

function startServer(house: House, options: KeeperOptions): { child: ChildProcess; close(): Promise<void> } {
  const { checkout, dataDirectory, uid, runtime, firstUid, nested } = options;
  const paths = placesOf(house.runDirectory, options);
  for (const { host, directory } of paths.values()) giveTo(uid, host, { directory, own: host !== checkout });
  checkReadable(options.entry, checkout);
  for (const [seen, { directory }] of paths) makePlace(seen, directory);

  const app = [...paths].find(([, { host }]) => host === checkout)![0];
  const [ours, theirs] = messagePair();
  const child = spawn(
    '/bin/sh',
    ['-c', 'exec unshare --mount --propagation private -- /bin/sh -c "$0" "$@"', LAUNCH, ...launchArguments(paths, options, app)],
    {
      stdio: [0, 1, 2, 'ipc', theirs],
      cwd: '/',
      detached: true, // a terminal's signals come to us, and go on once
    },
  );
  fs.closeSync(theirs);
  const send = (message: FromKeeper) => void (child.connected && child.send(message, () => {}));
  const mountRoots = [
    { seen: app, real: checkout },
    { seen: checkout, real: checkout },
    ...[...paths].flatMap(([seen, { host }]) => (host === dataDirectory ? [runtimesOf(seen, host)] : [])),
    ...(options.shown ?? []).map((directory) => ({ seen: directory, real: directory })),
  ];
  const treesDirectory = path.join(dataDirectory, 'trees');
  const end = serveKeeper(
    { ...house, treesDirectory, mountRoots, runtime, firstUid, nested, parallelBoots: Math.max(2, os.availableParallelism()) },
    ours,
    send,
  );
  child.on('message', (message) => end.receive(message));
  send({ hello: { paths: Object.fromEntries([...paths].map(([seen, { host }]) => [host, seen])), settings: options.settings } });
  return { child, close: () => end.close() };
}

/** Of the data directory, only what was fetched for runtimes. */
const runtimesOf = (seen: string, host: string) => ({
  seen: path.join(seen, 'runtimes'),
  real: path.join(host, 'runtimes'),
  servers: true,
});

interface Place {
  readonly host: string;
  readonly directory: boolean;
  readonly writable: boolean;
}
type Places = Map<string, Place>;

/** Where the server sees what. */
function placesOf(run: string, { checkout, dataDirectory, files = [] }: KeeperOptions): Places {
  return new Map<string, Place>([
    [path.join(run, 'app', path.basename(checkout)), { host: checkout, directory: true, writable: false }],
    [path.join(run, 'data'), { host: dataDirectory, directory: true, writable: true }],
    ...files.map(
      (host, i) =>
        [path.join(run, 'f', String(i), path.basename(host)), { host, directory: false, writable: true }] as [string, Place],
    ),
  ]);
}

function giveTo(uid: number, host: string, { directory, own }: { directory: boolean; own: boolean }): void {
  if (!own) return;
  if (directory) fs.mkdirSync(host, { recursive: true, mode: 0o700 });
  else if (!fs.existsSync(host)) fs.writeFileSync(host, '', { mode: 0o600, flag: 'wx' });
  if (fs.statSync(host).uid !== uid) execFileSync('chown', ['-R', '-h', `${uid}:${uid}`, host]);
  if (directory) fs.chmodSync(host, 0o700);
}

function checkReadable(entry: string, checkout: string): void {
  for (let at = entry; at.length >= checkout.length; at = path.dirname(at)) {
    const mode = fs.statSync(at).mode;
    const needed = at === entry ? 0o004 : 0o005;
    if ((mode & needed) !== needed)
      throw platformFailure('ConfigInvalid', `${at} cannot be read by other users: chmod -R o+rX ${checkout}`);
  }
}

function makePlace(seen: string, directory: boolean): void {
  fs.mkdirSync(directory ? seen : path.dirname(seen), { recursive: true, mode: 0o755 });
  if (!directory) fs.writeFileSync(seen, '');
}

/** In the server's own mount namespace: binds (from, to, ro or rw, until `--`), then becomes the server. */
const LAUNCH = `set -e
while [ "$1" != -- ]; do
  mount --bind "$1" "$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$2"
  shift 3
done
shift
cd "$1"
shift
exec "$@"`;

function launchArguments(paths: Places, { entry, args, checkout, uid }: KeeperOptions, app: string): string[] {
  const inside = (file: string) => (file.startsWith(`${checkout}/`) ? app + file.slice(checkout.length) : file);
  const drop = [
    '--reuid',
    String(uid),
    '--regid',
    String(uid),
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
  ];
  return [
    '/bin/sh',
    ...[...paths].flatMap(([seen, { host, writable }]) => [host, seen, writable ? 'rw' : 'ro']),
    '--',
    app,
    'setpriv',
    ...(uid === 0 ? [] : drop),
    '--pdeathsig',
    'KILL',
    '--',
    inside(process.execPath),
    ...process.execArgv,
    inside(entry),
    KEPT,
    ...args,
  ];
}

/** Resolves to the exit code; passes signals on, and ends a server that does not stop. */
function untilEnded(child: ChildProcess): Promise<number> {
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  if (process.connected) process.once('disconnect', () => stop('SIGTERM')); // the launcher is gone
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 128 + os.constants.signals[signal] : (code ?? 1)));
  });
}
