import fs from 'node:fs/promises';
import path from 'node:path';
import { placeOf, type Sandbox } from '../sandbox/index.ts';
import type { MissingRuntime, OwnProcess, RuntimeEntry } from './catalogue.ts';
import type { JavaClient } from './java-client.ts';

/** Those that AWS has and the client is tested with. */
const JAVA_VERSIONS: readonly string[] = ['17', '21', '25'];
const MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';

export interface JavaPlaces {
  readonly client: JavaClient;
  /** Folders of which each is a Java, as `/usr/lib/jvm/java-17-openjdk-amd64`. */
  readonly homes: readonly string[];
  /** The same, to be shown to sandboxes. */
  readonly folders: readonly string[];
  /** What a program answers to these arguments; undefined: it does not run. */
  readonly ask: (file: string, args: string[]) => Promise<string | undefined>;
}

/** The Javas below /usr: of the distribution, and the one that is called `java`. */
export async function installedJavas(): Promise<string[]> {
  const names = await fs.readdir('/usr/lib/jvm').catch(() => []);
  const found = [...names.sort().map((name) => path.join('/usr/lib/jvm', name)), '/usr/bin/java', '/usr/local/bin/java'];
  const real = await Promise.all(found.map((one) => fs.realpath(one).catch(() => '')));
  const homes = real.map((one) => (path.basename(one) === 'java' ? path.dirname(path.dirname(one)) : one));
  return [...new Set(homes.filter((home) => home.startsWith('/usr/')))];
}

/** One Java for each version that AWS has: one with a compiler first, then one that the configuration names, then the newest. */
export async function javaRuntimes({ client, homes, folders, ask }: JavaPlaces): Promise<RuntimeEntry[]> {
  const named = folders.map((home) => ({ home, named: true }));
  const all = await Promise.all([...named, ...homes.map((home) => ({ home, named: false }))].map((one) => look(one, ask)));
  const order = (a: Found, b: Found) =>
    Number(b.compiles) - Number(a.compiles) || Number(b.named) - Number(a.named) || b.update - a.update;
  const found = all.sort(order);
  return JAVA_VERSIONS.flatMap((version) => {
    const best = found.find(({ major }) => major === version);
    return best ? [runtimeOf(best, client)] : [];
  });
}

interface Home {
  readonly home: string;
  /** By the configuration: sandboxes are to be shown it. */
  readonly named: boolean;
}

interface Found extends Home {
  /** Empty: it does not run. */
  readonly major: string;
  readonly update: number;
  readonly compiles: boolean;
}

async function look(one: Home, ask: JavaPlaces['ask']): Promise<Found> {
  const said = await ask(path.join(one.home, 'bin/java'), ['--version']);
  const [, major = '', update = '0'] = /^\S+ (\d+)(?:\.\d+\.(\d+))?/.exec(said ?? '') ?? [];
  const compiler = await fs.stat(path.join(one.home, 'bin/javac')).catch(() => undefined);
  return { ...one, major, update: Number(update), compiles: compiler?.isFile() === true };
}

/** Those that are not here. */
export function missingJavas(entries: ReadonlyMap<string, RuntimeEntry>): MissingRuntime[] {
  const names = JAVA_VERSIONS.filter((version) => !entries.has(`java${version}`));
  return names.map((version) => ({
    name: `java${version}`,
    reason: `no Java ${version} in /usr/lib/jvm, at /usr/bin/java or in [runtimes] folders: install it (Debian: apt-get install openjdk-${version}-jdk-headless), or name its folder`,
  }));
}

function runtimeOf({ home, named, major, update, compiles }: Found, client: JavaClient): RuntimeEntry {
  const place = named ? placeOf(home) : home;
  const shown = named ? [{ source: home, target: place }] : [];
  return {
    name: `java${major}`,
    version: `java:${major}.v${update}`,
    speaks: 'http',
    mounts: [...shown, { source: client.directory, target: '/var/runtime' }],
    sizedHeap: false,
    compiles,
    prepare: client.prepare,
    argv: (sandbox, memoryMiB, own) => [
      `${sandbox.path(place)}/bin/java`,
      ...javaFlags(memoryMiB, own?.variables ?? {}),
      ...(Number(major) >= 22 ? ['--enable-native-access=ALL-UNNAMED'] : []), // of the client, which says so at each start else
      '-cp',
      classPath(sandbox),
      MAIN,
      own?.handler ?? '',
    ],
  };
}

/** The function's own classes are the client's matter; layers are too, but only where they are in /opt. */
function classPath(sandbox: Sandbox): string {
  const opt = sandbox.path('/opt');
  return [`${sandbox.path('/var/runtime')}/*`, ...(opt === '/opt' ? [] : [`${opt}/java/lib/*`])].join(':');
}

/** What a JVM needs besides its heap, at least: its code, threads, classes. */
const BESIDE_HEAP_MIB = 48;
const AWS_SHARE = 27 / 32;

/** What function and platform want of a JVM, unless the function says otherwise: JAVA_TOOL_OPTIONS is read before these, and would lose. */
const WANTED: readonly { readonly flag: (memoryMiB: number) => string; readonly unless: RegExp }[] = [
  { flag: () => '-XX:+UseSerialGC', unless: /-XX:\+Use\w+GC\b/ },
  { flag: () => '-XX:TieredStopAtLevel=1', unless: /-XX:([+-]TieredCompilation\b|TieredStopAtLevel=)/ },
  {
    flag: (memoryMiB) => `-XX:MaxHeapSize=${Math.floor(memoryMiB * AWS_SHARE) - BESIDE_HEAP_MIB}m`,
    unless: /-Xmx|-XX:(MaxHeapSize|MaxRAMPercentage)=/,
  },
  { flag: () => '-Dfile.encoding=UTF-8', unless: /-Dfile\.encoding=/ },
  { flag: () => '-Dstdout.encoding=UTF-8', unless: /-Dstdout\.encoding=/ },
  { flag: () => '-Dstderr.encoding=UTF-8', unless: /-Dstderr\.encoding=/ },
];

/** AWS's own (spec/backends.md; recipes): one collector thread, the quick compiler, and AWS's share of the memory less what a small JVM needs besides. */
export function javaFlags(memoryMiB: number, variables: OwnProcess['variables']): string[] {
  const said = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'].map((name) => variables[name] ?? '').join(' ');
  return WANTED.flatMap(({ flag, unless }) => (unless.test(said) ? [] : [flag(memoryMiB)]));
}
