import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { createInvoke, findRuntimes, type InvokeOptions, type InvokeRoom, type InvokeSettings } from '../../src/invoke/index.ts';
import { bug, createLogger, randomIds, silentLogger, systemClock } from '../../src/kernel/index.ts';
import { type Call, type FunctionSpec, type LogLine, type Outcome, openEgress } from '../../src/model/index.ts';
import { guarded, ociDriver, processDriver, type SandboxDriver, spawnKeeper, type TreeStore } from '../../src/sandbox/index.ts';

const installation = path.resolve(import.meta.dirname, '../..');
const catalogue = findRuntimes({ installation });

export interface InvokeBench {
  readonly room: InvokeRoom;
  /** Text lines of all streams, by stream name. */
  readonly logs: Map<string, string[]>;
  /** Puts files into a tree; returns its hash. */
  readonly tree: (files: Readonly<Record<string, string | Uint8Array>>) => Promise<string>;
  readonly spec: (files: Readonly<Record<string, string | Uint8Array>>, more?: Partial<FunctionSpec>) => Promise<FunctionSpec>;
  readonly call: (spec: FunctionSpec, event?: unknown, more?: Partial<Call>) => Promise<Outcome>;
  readonly directory: string;
}

export interface BenchOptions {
  readonly settings?: Partial<InvokeSettings>;
  readonly options?: Partial<InvokeOptions>;
  /** Default: process. oci needs ociMissing to be undefined. */
  readonly driver?: 'process' | 'oci';
}

/** Trees that tests write. A class, as the real one is: a method that is taken off it breaks here, too. */
class WrittenTrees implements TreeStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  path(hash: string): string {
    return path.join(this.#directory, hash);
  }

  parts(hash: string): readonly string[] {
    return [path.basename(this.path(hash))];
  }

  async prepare(hash: string): Promise<{ readonly unpackedBytes: number }> {
    await fs.access(this.path(hash));
    return { unpackedBytes: 0 };
  }

  async unpackLayer(below: readonly string[], { hash }: { readonly hash: string }): Promise<readonly string[]> {
    return [...below, ...this.parts(hash)];
  }

  async derive(): Promise<boolean> {
    return false;
  }

  hold(hash: string): () => void {
    this.path(hash);
    return () => {};
  }
}

/** A room of execution environments on real processes, with trees written directly; ends with the test. */
export async function invokeBench(test: Pick<TestContext, 'after'>, bench: BenchOptions = {}): Promise<InvokeBench> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-invoke-'));
  await fs.chmod(directory, 0o755);
  const trees = new WrittenTrees(directory);
  const logs = new Map<string, string[]>();
  const logger = process.env.DALAMB_TEST_LOG ? createLogger((line) => process.stderr.write(line), 'debug', false) : silentLogger;
  const { inner, close } = bench.driver === 'oci' ? await openOci(directory) : openProcess(trees);
  const driver = guarded(inner, systemClock, trees);
  const room = createInvoke({
    driver,
    trees,
    prepareImage: async () => {
      throw bug('no images here');
    },
    issueCredentials: async () => ({
      accessKeyId: 'ASIATEST',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: Date.now() + 3_600_000,
    }),
    writeLog: (stream, lines: readonly LogLine[]) => {
      const known = logs.get(stream.stream) ?? [];
      logs.set(stream.stream, known);
      for (const line of lines) known.push(line.text);
    },
    serveSandbox: (socket) => socket.destroy(),
    clock: systemClock,
    ids: randomIds,
    logger,
    runtimes: await catalogue,
    ...bench.options,
    settings: {
      ready: 0,
      readyAtStart: [],
      memoryMiB: 8192,
      freezeAfterMs: 50,
      idleMs: 600_000,
      billInit: true,
      ...bench.settings,
    },
  });
  await driver.start();
  await room.start();
  test.after(async () => {
    await room.stop(AbortSignal.timeout(2000));
    await driver.stop(AbortSignal.timeout(2000));
    await close();
    await fs.rm(directory, { recursive: true, force: true });
  });
  const tree = async (files: Readonly<Record<string, string | Uint8Array>>) => {
    const hash = createHash('sha256')
      .update(JSON.stringify(Object.entries(files).map(([name, data]) => [name, String(data)])))
      .digest('hex');
    for (const [name, data] of Object.entries(files)) {
      const file = path.join(directory, hash, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, data, { mode: 0o755 });
    }
    return hash;
  };
  const spec = async (files: Readonly<Record<string, string | Uint8Array>>, more: Partial<FunctionSpec> = {}) =>
    functionSpec(await tree(files), more);
  return { room, logs, tree, spec, directory, call: (of, event, more) => room.invoke(callOf(of, event, more)) };
}

/** Why there are no isolated sandboxes here. */
export const ociMissing =
  process.getuid?.() !== 0
    ? 'needs root'
    : ['/usr/sbin/runc', '/usr/bin/runc'].some((file) => existsSync(file))
      ? undefined
      : 'needs runc';

interface OpenDriver {
  readonly inner: SandboxDriver;
  readonly close: () => Promise<void>;
}

function openProcess(trees: TreeStore): OpenDriver {
  return { inner: processDriver({ trees, clock: systemClock, logger: silentLogger }), close: async () => {} };
}

async function openOci(treesDirectory: string): Promise<OpenDriver> {
  const mountRoots = [{ seen: installation, real: installation }];
  const keeper = await spawnKeeper({ treesDirectory, mountRoots, runtime: 'runc', firstUid: 1_000_000 });
  return { inner: ociDriver({ keeper: keeper.link, clock: systemClock, logger: silentLogger }), close: () => keeper.close() };
}

export function functionSpec(code: string, more: Partial<FunctionSpec> = {}): FunctionSpec {
  const name = more.name ?? 'fn';
  const spec: FunctionSpec = {
    account: '000000000000',
    region: 'us-east-1',
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    identity: '',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    role: 'arn:aws:iam::000000000000:role/r',
    memoryMiB: 128,
    timeoutMs: 3000,
    tmpMiB: 512,
    code,
    layers: [],
    variables: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'Text',
    egress: openEgress,
    ...more,
  };
  return { ...spec, identity: more.identity ?? createHash('sha256').update(JSON.stringify(spec)).digest('hex') };
}

export function callOf(spec: FunctionSpec, event: unknown = {}, more: Partial<Call> = {}): Call {
  return {
    function: spec,
    requestId: randomUUID(),
    payload: event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event)),
    invokedArn: spec.arn,
    logTail: false,
    maxWaitMs: 10_000,
    ...more,
  };
}

export function json(outcome: Outcome): unknown {
  return JSON.parse(Buffer.from(outcome.payload).toString('utf8'));
}
