import path from 'node:path';
import type { Duplex } from 'node:stream';
import { MIB, platformFailure } from '../../kernel/index.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { type Frame, type FrameWriter, frameWriter, readFrames } from './frames.ts';
import { outputLines, secretsOf } from './lines.ts';
import type { BuildPorts, BuildRuntime } from './ports.ts';
import { buildFailed, unlessAborted } from './refusals.ts';
import { Spool, type Tree } from './trees.ts';

/** Where things are inside a builder. */
export interface BuilderPlaces {
  /** The files are here, and commands run here. */
  readonly work: string;
  /** Writable, empty: for caches and tools. */
  readonly scratch: string;
  /** The interpreter of the runtime; empty where there is none. */
  readonly program: string;
  readonly npm: string;
}

export interface Step {
  /** For people: `npm ci`. */
  readonly say: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Without this program in PATH, or when this probe fails, the build ends with the hint. */
  readonly needs?: { readonly probe: readonly string[]; readonly hint: string };
  /** The same, looked at when the step has failed: what it may have lacked. */
  readonly mayNeed?: { readonly probe: readonly string[]; readonly hint: string };
}

/** A folder or file below work to send back under a new name ('': at the top); drop and keep: paths below it, as regular expressions. */
export interface Collect {
  readonly from: string;
  readonly to: string;
  readonly drop?: readonly string[];
  /** Of files, only these. */
  readonly keep?: string;
}

/** Work for a sandbox: files go in, commands run, files come out. */
export interface Work {
  readonly files: Iterable<Tree>;
  readonly steps: (at: BuilderPlaces) => readonly Step[];
  readonly collect: readonly Collect[];
  readonly runtime: BuildRuntime;
  /** In a nested sandbox (sandbox/contract.ts). */
  readonly nested?: boolean;
  /** Takes connections to the platform's address in the builder; without it they end at once. */
  readonly serve?: (socket: Duplex) => void;
  /** Bytes of what it may make; default 2 GiB. */
  readonly most?: number;
}

export interface Building {
  readonly ports: BuildPorts;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}

const WORK = '/tmp/work';
const MOST_MADE = 2048 * MIB;
const MOST_FILES = 100_000;
const EXIT_MS = 2000;

/** Runs it in a sandbox of its own, and resolves to what it made; close the spool. Rejects with BuildFailed, whose message says which limit ended it. */
export async function runSandboxed(work: Work, building: Building): Promise<Spool> {
  const { ports, signal } = building;
  const { settings, ids, directory } = ports;
  refuseWithoutIsolation(ports);
  signal.throwIfAborted();
  const spool = await Spool.open(directory, ids, {
    bytes: Math.min(work.most ?? MOST_MADE, settings.diskMiB * MIB),
    entries: MOST_FILES,
    what: 'what the build made',
  });
  try {
    await inSandbox(work, building, spool);
    return spool;
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** Fills the spool with what it made. */
async function inSandbox(work: Work, { ports, line, signal }: Building, spool: Spool): Promise<void> {
  const { driver, settings, ids, clock } = ports;
  const output = outputLines(line, secretsOf(settings.environment));
  const socket = firstConnection();
  const sandbox = await driver.boot(
    {
      id: `build-${ids.hex(8)}`,
      mounts: mountsOf(ports, work.runtime),
      tmp: settings.diskMiB,
      limits: { memoryMiB: settings.memoryMiB, pids: settings.pids, ...(settings.cpus !== undefined && { cpus: settings.cpus }) },
      ...(work.nested && { nested: true }),
    },
    {
      connection: (name, connected) => {
        if (name === 'channel') socket.take(connected);
        else if (name === 'aws' && work.serve) work.serve(connected);
        else connected.destroy();
      },
      output: (chunk) => output.take(chunk),
      dropped: () => output.dropped(),
      egress: () => {},
    },
  );
  const ended = new AbortController();
  const cancel = clock.after(settings.seconds * 1000, () =>
    ended.abort(buildFailed(`it took longer than ${settings.seconds} s, and was ended`)),
  );
  try {
    const stop = AbortSignal.any([signal, ended.signal]);
    await unlessAborted(stop, converse(work, { sandbox, ports, spool, connected: socket.first }));
  } finally {
    cancel();
    await sandbox.destroy();
    output.end();
  }
}

function refuseWithoutIsolation({ driver, settings }: BuildPorts): void {
  if (driver.features.isolation || settings.unsafe) return;
  throw buildFailed(
    'this platform runs without isolation, so what a build runs could read and change all that the platform can; [build] unsafe = true in its configuration allows it all the same',
  );
}

/** Only the first to connect is the builder: it does so before it runs anything. */
function firstConnection() {
  const { promise, resolve } = Promise.withResolvers<Duplex>();
  let taken = false;
  const take = (socket: Duplex) => {
    if (taken) return void socket.destroy();
    taken = true;
    socket.on('error', () => {});
    resolve(socket);
  };
  return { first: promise, take };
}

function mountsOf({ builder, settings, runtimes }: BuildPorts, runtime: BuildRuntime) {
  const own = runtime.mounts.filter(({ target }) => target !== '/var/runtime');
  const npm = settings.npm === undefined || inEverySandbox(settings.npm) ? [] : [{ source: settings.npm, target: '/srv/npm' }];
  return [{ source: builder, target: '/srv/builder' }, { source: newestNode(runtimes), target: '/srv/node' }, ...npm, ...own];
}

const inEverySandbox = (place: string) => place.startsWith('/usr/');

/** The builder's own Node. */
function newestNode(runtimes: BuildPorts['runtimes']): string {
  const names = [...runtimes.keys()].filter((name) => /^nodejs\d+\.x$/.test(name));
  const newest = names.sort((a, b) => Number.parseInt(b.slice(6), 10) - Number.parseInt(a.slice(6), 10))[0];
  const source = runtimes.get(newest ?? '')?.mounts.find(({ target }) => target === '/var/lang')?.source;
  if (source === undefined) throw platformFailure('SandboxUnavailable', 'builders need a Node.js runtime: run npm install');
  return source;
}

interface Conversation {
  readonly sandbox: Sandbox;
  readonly ports: BuildPorts;
  readonly spool: Spool;
  readonly connected: Promise<Duplex>;
}

async function converse(work: Work, { sandbox, ports, spool, connected }: Conversation): Promise<void> {
  const { settings } = ports;
  await sandbox.assign({ egress: { enabled: settings.allow.length > 0, allow: settings.allow, deny: [] } });
  const at: BuilderPlaces = {
    work: sandbox.path(WORK),
    scratch: sandbox.path('/tmp/scratch'),
    program: work.runtime.argv?.(sandbox, settings.memoryMiB)[0] ?? '',
    npm: settings.npm === undefined || inEverySandbox(settings.npm) ? (settings.npm ?? '') : sandbox.path('/srv/npm'),
  };
  const argv = [
    `${sandbox.path('/srv/node')}/bin/node`,
    `${sandbox.path('/srv/builder')}/builder.cjs`,
    sandbox.addresses.channel,
    at.work,
  ];
  await sandbox.run({ argv, env: environmentOf(sandbox, settings.environment, at), cwd: sandbox.path('/tmp') });
  const lost = sandbox.exited.then(() => Promise.reject(buildFailed('the builder ended before its work')));
  lost.catch(() => {});
  const socket = await Promise.race([connected, lost]);
  const sending = send(frameWriter(socket), work, at);
  sending.catch(() => {});
  await receive(readFrames(socket as AsyncIterable<Buffer>), { spool, sandbox, ports });
}

function environmentOf(sandbox: Sandbox, given: Readonly<Record<string, string>>, at: BuilderPlaces): Record<string, string> {
  const own = at.program === '' || at.program.startsWith('/usr/') ? '' : `${path.dirname(at.program)}:`;
  return {
    PATH: `${own}/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: `${at.scratch}/home`,
    TMPDIR: sandbox.path('/tmp'),
    LANG: 'C.UTF-8',
    CI: 'true',
    NO_COLOR: '1',
    SOURCE_DATE_EPOCH: '315532800', // 1980-01-01, as in the zip
    NODE_USE_SYSTEM_CA: '1',
    ...given,
  };
}

async function send(to: FrameWriter, work: Work, at: BuilderPlaces): Promise<void> {
  const sent = new Set<string>();
  for (const tree of work.files) {
    for (const entry of tree.values()) {
      if (sent.has(entry.path)) continue;
      sent.add(entry.path);
      const { path, kind, executable, size } = entry;
      await to.message({ file: path, kind, executable, size });
      await to.bytes(await entry.read());
    }
  }
  await to.message({ go: { steps: work.steps(at), collect: work.collect } });
}

interface Receiving {
  readonly spool: Spool;
  readonly sandbox: Sandbox;
  readonly ports: BuildPorts;
}

/** Files until it says that it is done. */
async function receive(frames: AsyncGenerator<Frame>, receiving: Receiving): Promise<void> {
  for (;;) {
    const { value } = await frames.next();
    if (value === undefined) throw await endedEarly(receiving);
    if (!('message' in value)) throw buildFailed('the builder was disturbed by what it runs');
    const { message } = value;
    if (message.done === true) return;
    if (message.failed !== undefined) throw await judged(message, receiving);
    const head = {
      path: String(message.file),
      kind: message.kind === 'link' ? 'link' : 'file',
      executable: message.executable === true,
    } as const;
    await receiving.spool.add(head, bytesOf(frames, Number(message.size)));
  }
}

async function* bytesOf(frames: AsyncGenerator<Frame>, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const { value } = await frames.next();
    if (value === undefined || !('bytes' in value) || value.bytes.length > left)
      throw buildFailed('the builder sent less than it said');
    left -= value.bytes.length;
    yield value.bytes;
  }
}

/** Of its own accord, or by a limit. */
async function endedEarly({ sandbox, ports: { settings } }: Receiving) {
  const exit = await sandbox.exited;
  return exit.oom ? outOfMemory(settings) : buildFailed('the builder was ended by what it ran');
}

const outOfMemory = ({ memoryMiB }: BuildPorts['settings']) =>
  buildFailed(`it needs more memory than the ${memoryMiB} MiB of a builder`);

async function judged(message: Readonly<Record<string, unknown>>, { sandbox, ports }: Receiving) {
  const { settings, clock } = ports;
  const { step, full, hint, advice, code, signal } = Object(message.failed) as Record<string, unknown>;
  if (typeof hint === 'string') return buildFailed(word(hint, 500));
  if (full === true) return buildFailed(`${word(step)}: the builder's disk of ${settings.diskMiB} MiB is full`);
  const exit = await Promise.race([
    sandbox.exited,
    new Promise<undefined>((done) => clock.after(EXIT_MS, () => done(undefined))),
  ]);
  if (exit?.oom) return outOfMemory(settings);
  const ended = `${word(step)} ended with ${signal ? word(signal) : `code ${word(code)}`}`;
  return buildFailed(typeof advice === 'string' ? `${ended}; ${word(advice, 500)}` : ended);
}

/** What it runs may have spoken through it. */
function word(said: unknown, most = 200): string {
  return String(said)
    .replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
    .slice(0, most);
}
