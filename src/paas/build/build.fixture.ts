import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import tar from 'tar-stream';
import { SMALL_RESERVE } from '../../../test/support/platform.ts';
import { randomIds, type Store, silentLogger, systemClock } from '../../kernel/index.ts';
import type { Built } from '../../model/index.ts';
import type { SandboxDriver } from '../../sandbox/index.ts';
import { openStore } from '../../store/index.ts';
import { releaseSchema, stages } from '../collections.ts';
import { createBuild } from './build.ts';
import type { BuildPorts, BuildRuntime, BuildSettings } from './ports.ts';

export const installation = path.resolve(import.meta.dirname, '../../..');

const runtime = (name: string, version: string, mounts: BuildRuntime['mounts'] = []): BuildRuntime => ({ name, version, mounts });

/** As the catalogue says them, with nothing that could be run. */
export const RUNTIMES: BuildPorts['runtimes'] = new Map(
  [
    runtime('nodejs22.x', 'nodejs:22.v23'),
    runtime('nodejs24.x', 'nodejs:24.v21'),
    runtime('nodejs26.x', 'nodejs:26.v10'),
    runtime('python3.11', 'python:3.11.v2'),
    runtime('python3.13', 'python:3.13.v5'),
    runtime('ruby3.3', 'ruby:3.3.v8'),
    { ...runtime('java17', 'java:17.v15'), compiles: true },
    runtime('java21', 'java:21.v9'),
    { ...runtime('java25', 'java:25.v3'), compiles: true },
    runtime('provided.al2023', 'provided:al2023'),
  ].map((one) => [one.name, one]),
);

export const SETTINGS: BuildSettings = {
  parallel: 2,
  memoryMiB: 1024,
  diskMiB: 1024,
  pids: 256,
  seconds: 120,
  sourceMiB: 16,
  cacheMiB: 512,
  allow: [],
  dockerfile: true,
  imageMiB: 256,
  insecure: [],
  environment: {},
  unsafe: false,
};

export type Files = Readonly<Record<string, string | Uint8Array | { readonly link: string } | { readonly program: string }>>;

/** A tar as git makes it. */
export async function* tarOf(files: Files): AsyncGenerator<Uint8Array> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'object' && 'link' in content) pack.entry({ name, type: 'symlink', linkname: content.link });
    else if (typeof content === 'object' && 'program' in content) pack.entry({ name, mode: 0o755 }, content.program);
    else pack.entry({ name, mode: 0o644 }, Buffer.from(content));
  }
  pack.finalize();
  yield* pack as AsyncIterable<Uint8Array>;
}

/** A folder of this repository as files. */
export function filesOf(folder: string): Files {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries.map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(names.map((name) => [path.relative(folder, name), fs.readFileSync(name)]));
}

/** Isolates nothing and starts nothing: a build that needs it fails. */
const noDriver = {
  name: 'process',
  features: { isolation: false },
} as unknown as SandboxDriver;

export interface BuildBench {
  readonly store: Store;
  /** What the last build said. */
  readonly lines: string[];
  readonly directory: string;
  readonly build: (source: Files | AsyncIterable<Uint8Array>, signal?: AbortSignal) => Promise<Built>;
  /** Archives of images, as they were kept, by account, region, repository and digest. */
  readonly images: ReadonlyMap<string, Buffer>;
  /** The zip of a process. */
  readonly zip: (built: Built, process: string) => Promise<Buffer>;
}

export interface BenchPorts extends Partial<Omit<BuildPorts, 'settings'>> {
  readonly settings?: Partial<BuildSettings>;
}

/** A workshop with a store of its own; ends with the test. */
export async function buildBench(t: Pick<TestContext, 'after'>, ports: BenchPorts = {}): Promise<BuildBench> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-build-'));
  const store = await openStore({
    directory: path.join(directory, 'store'),
    schema: releaseSchema,
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: SMALL_RESERVE,
  });
  t.after(async () => {
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });
  const images = new Map<string, Buffer>();
  const lines: string[] = [];
  const stage = { app: 'shop', account: '000000000000', region: 'us-east-1', role: '', next: 1 };
  await store.transact((tx) => tx.put(stages, stage));
  const build = createBuild({
    store,
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
    driver: noDriver,
    runtimes: RUNTIMES,
    builder: path.join(installation, 'runtimes/builder'),
    directory: path.join(directory, 'builds'),
    keepImage: async ({ account, region, repository }, archive) => {
      const content = await buffer(archive);
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      images.set(`${account} ${region} ${repository} ${digest}`, content);
      return { digest };
    },
    pullImage: async () => ({ status: 404, headers: {} }),
    copyImage: async ({ account, region, repository, digest }, to) => {
      const found = images.get(`${account} ${region} ${repository} ${digest}`);
      if (found) images.set(`${to.account} ${to.region} ${to.repository} ${digest}`, found);
      return found !== undefined;
    },
    ...ports,
    settings: { ...SETTINGS, ...ports.settings },
  });
  return {
    store,
    lines,
    images,
    directory,
    build: (source, signal = new AbortController().signal) => {
      lines.length = 0;
      const tar = Symbol.asyncIterator in source ? (source as AsyncIterable<Uint8Array>) : tarOf(source as Files);
      return build({ app: 'shop', account: '000000000000', source: tar, line: (text) => void lines.push(text), signal });
    },
    async zip(built, name) {
      const { code } = built.processes.find((one) => one.name === name)!;
      const chunks: Uint8Array[] = [];
      for await (const chunk of await store.blobs.read(code.kind === 'zip' ? code.hash : '')) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}
