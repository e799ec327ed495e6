import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { platformFailure } from '../kernel/index.ts';
import { placeOf, type Sandbox } from '../sandbox/index.ts';
import { createJavaClient, type JavaClient } from './java-client.ts';
import { installedJavas, type JavaPlaces, javaRuntimes, missingJavas } from './javas.ts';
import { missingRubies, rubyRuntimes } from './rubies.ts';

/** One runtime, as this machine has it. */
export interface RuntimeEntry {
  /** AWS's name, e.g. `nodejs24.x`. */
  readonly name: string;
  /** What it is made of: `nodejs:24.v21`, as INIT_START shows it. */
  readonly version: string;
  /** frames: our bootstrap; http: the function brings its own, which polls the Runtime API; server: an HTTP server, to which the platform speaks. */
  readonly speaks: 'frames' | 'http' | 'server';
  /** Shown inside every sandbox of this runtime. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  /** Whether the process takes its heap limit when it starts, so that booted ones differ by memory size. */
  readonly sizedHeap: boolean;
  /** The command line inside a sandbox; undefined for http, whose entry point is in the code. */
  readonly argv?: (sandbox: Sandbox, memoryMiB: number, own?: OwnProcess) => string[];
  /** Gets what this runtime needs and this machine has not yet; at once from then on. Rejects with SandboxUnavailable, which says what to do. */
  readonly prepare?: () => Promise<void>;
  /** Whether there is a compiler beside the interpreter. */
  readonly compiles?: boolean;
  /** Its processes are started with a debugger that listens there, inside: each for the function that is debugged. */
  readonly debuggerPort?: number;
}

/** What a process is told that is started for one function; undefined for those that are booted ahead. */
export interface OwnProcess {
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A runtime that is known and not here, and how to get it. */
export interface MissingRuntime {
  readonly name: string;
  readonly reason: string;
}

export interface RuntimeCatalogue {
  readonly entries: ReadonlyMap<string, RuntimeEntry>;
  readonly missing: readonly MissingRuntime[];
}

export interface CataloguePlaces {
  /** Absolute path of the installation: has `runtimes`, and `node_modules` inside it or, when it is a package itself, around it. */
  readonly installation: string;
  /** Interpreters to look for; default: where Linux distributions put them. */
  readonly pythonFolders?: readonly string[];
  readonly javaHomes?: readonly string[];
  /** Where AWS's client for Java comes from; default: a folder of the installation, into which nothing is fetched. */
  readonly javaClient?: JavaClient;
  readonly rubyFolders?: readonly string[];
  /** `[runtimes] folders`: absolute, with further interpreters in their `bin`; shown to sandboxes by placeOf. */
  readonly folders?: readonly string[];
}

/** Looks for the runtimes of this machine: Node.js from npm packages, others by running what is installed, the OS-only ones always. */
export async function findRuntimes(places: CataloguePlaces): Promise<RuntimeCatalogue> {
  const entries = new Map<string, RuntimeEntry>();
  const missing: MissingRuntime[] = [];
  const { installation, folders = [], rubyFolders: usual = ['/usr/bin', '/usr/local/bin'] } = places;
  const majors = ['22', '24', '26'];
  // A start waits for all of them to say their version: they do so side by side.
  const found = await Promise.all([
    Promise.all(majors.map((major) => nodeRuntime(installation, major))),
    pythonRuntimes(places),
    rubyRuntimes({ installation, folders, usual, ask: versionOf }),
    javaPlaces(places).then(javaRuntimes),
  ]);
  for (const entry of found.flat()) if (entry) entries.set(entry.name, entry);
  for (const major of majors) {
    const name = `nodejs${major}.x`;
    if (!entries.has(name)) missing.push({ name, reason: `the npm package node${major} is not installed: run npm install` });
  }
  for (const minor of ['9', '10', '11', '12', '13', '14']) {
    const name = `python3.${minor}`;
    if (!entries.has(name))
      missing.push({
        name,
        reason: `no python3.${minor} in /usr/bin, /usr/local/bin or [runtimes] folders: install it, or name its folder`,
      });
  }
  missing.push(...missingRubies(entries), ...missingJavas(entries));
  for (const name of ['provided.al2023', 'provided.al2']) {
    entries.set(name, { name, version: name.replace('.', ':'), speaks: 'http', mounts: [], sizedHeap: false });
  }
  return { entries, missing };
}

async function nodeRuntime(installation: string, major: string): Promise<RuntimeEntry | undefined> {
  const packages = [path.join(installation, 'node_modules'), path.dirname(installation)];
  for (const source of packages.flatMap((at) =>
    [`node${major}`, `node${major}-linux-arm64`].map((name) => path.join(at, name)),
  )) {
    const version = await versionOf(path.join(source, 'bin/node'), ['--version']);
    const match = /^v(\d+)\.(\d+)/.exec(version ?? '');
    if (!match) continue;
    return {
      name: `nodejs${major}.x`,
      version: `nodejs:${match[1]}.v${match[2]}`,
      speaks: 'frames',
      mounts: [
        { source, target: '/var/lang' },
        { source: path.join(installation, 'runtimes/nodejs'), target: '/var/runtime' },
      ],
      sizedHeap: true,
      argv: (sandbox, memoryMiB) => [
        `${sandbox.path('/var/lang')}/bin/node`,
        ...nodeFlags(memoryMiB),
        `${sandbox.path('/var/runtime')}/bootstrap.cjs`,
      ],
    };
  }
  return undefined;
}

/** V8 takes its limits only at start (setFlagsFromString is ignored late). Old space leaves room for the rest of the process. */
export function nodeFlags(memoryMiB: number): string[] {
  const flags = [
    `--max-old-space-size=${Math.max(64, Math.floor(memoryMiB * 0.9) - 16)}`,
    `--max-semi-space-size=${Math.min(32, Math.ceil(memoryMiB / 32))}`,
  ];
  return memoryMiB <= 1769 ? [...flags, '--v8-pool-size=1'] : flags;
}

async function pythonRuntimes(places: CataloguePlaces): Promise<RuntimeEntry[]> {
  const found = new Map<string, RuntimeEntry>();
  const own = { source: path.join(places.installation, 'runtimes/python'), target: '/var/runtime' };
  const further = (places.folders ?? []).map((source) => ({ source, target: placeOf(source) }));
  const folders = [
    ...further.map((mount) => ({ at: `${mount.source}/bin`, inside: `${mount.target}/bin`, mounts: [mount, own] })),
    ...(places.pythonFolders ?? ['/usr/bin', '/usr/local/bin']).map((at) => ({ at, inside: at, mounts: [own] })),
  ];
  for (const { at, inside, mounts } of folders) {
    const names = await fs.readdir(at).catch(() => []);
    for (const file of names.filter((name) => /^python3\.\d{1,2}$/.test(name))) {
      const [, minor, patch] = /^Python (3\.\d+)\.(\d+)/.exec((await versionOf(path.join(at, file), ['--version'])) ?? '') ?? [];
      if (minor === undefined || found.has(minor)) continue;
      found.set(minor, {
        name: `python${minor}`,
        version: `python:${minor}.v${patch}`,
        speaks: 'frames',
        mounts,
        sizedHeap: false,
        argv: (sandbox) => [sandbox.path(`${inside}/${file}`), `${sandbox.path('/var/runtime')}/bootstrap.py`],
      });
    }
  }
  return [...found.values()];
}

async function javaPlaces({ installation, javaHomes, javaClient, folders = [] }: CataloguePlaces): Promise<JavaPlaces> {
  const directory = path.join(installation, '.cache/java');
  const client =
    javaClient ?? createJavaClient({ directory, directoryName: directory, repository: 'nowhere', download: nothing });
  return { client, homes: javaHomes ?? (await installedJavas()), folders, ask: versionOf };
}

const nothing = async () => {
  throw platformFailure('SandboxUnavailable', 'nothing is fetched here');
};

async function versionOf(file: string, args: string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(file, args, { timeout: 5000 })).stdout.trim();
  } catch {
    return undefined;
  }
}
