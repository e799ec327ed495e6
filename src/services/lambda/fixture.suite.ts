/** The service on a real store with everything else faked; for the tests of this folder. */

import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from '../../../test/support/platform.ts';
import {
  type Clock,
  collect,
  createSecretBox,
  fail,
  platformFailure,
  randomIds,
  silentLogger,
  systemClock,
} from '../../kernel/index.ts';
import {
  type AsyncInvocation,
  asyncTopic,
  type Call,
  type OperationContext,
  type Outcome,
  openEgress,
  topics,
} from '../../model/index.ts';
import { openStore } from '../../store/index.ts';
import { type LambdaDeps, type LambdaService, lambdaService, schema } from './index.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/runner';
export const FA = 'arn:aws:lambda:us-east-1:000000000000:function:f';

/** Whatever the operation answers; tests look at members by name. */
type Answer = ReturnType<typeof JSON.parse>;

export interface Fixture {
  readonly service: LambdaService;
  readonly deps: LambdaDeps;
  /** Calls an operation by its AWS name. */
  readonly call: (operation: string, input: object, context?: Partial<OperationContext>) => Promise<Answer>;
  /** Creates function `f` and waits until it is Active. */
  readonly create: (input?: object) => Promise<Answer>;
  readonly runs: Call[];
  readonly accepted: AsyncInvocation[];
  readonly retired: unknown[][];
  readonly expected: unknown[][];
  /** What prepareTree does; tests replace it. */
  readonly faults: {
    prepare?: (hash: string) => Promise<{ unpackedBytes: number }>;
    role?: 'missing' | 'not-assumable';
    fetch?: Error;
  };
  /** The same data, as after a restart. */
  readonly restart: () => LambdaService;
  readonly now: { time: number };
}

const PLACE = { account: '000000000000', region: 'us-east-1' };

export function context(over: Partial<OperationContext> = {}): OperationContext {
  return {
    ...PLACE,
    principal: {
      account: PLACE.account,
      arn: `arn:aws:iam::${PLACE.account}:root`,
      userId: PLACE.account,
      accessKeyId: 'test',
      kind: 'root',
    },
    requestId: randomIds.uuid(),
    now: Date.now(),
    sourceIp: '127.0.0.1',
    headers: {},
    endpoint: 'http://127.0.0.1:4566',
    trailers: () => ({}),
    signal: new AbortController().signal,
    ...over,
  };
}

/** Bytes that the fake takes for a zip; each text is another archive. */
export function zip(text = 'code'): Uint8Array {
  return Buffer.from(`PK ${text}`);
}

export async function fixture(
  t: TestContext,
  settings: Partial<LambdaDeps['settings']> = {},
  over: Partial<LambdaDeps> = {},
): Promise<Fixture> {
  const directory = temporaryDirectory();
  const collections = [...schema.collections];
  const store = await openStore({
    reserveBytes: SMALL_RESERVE,
    directory,
    schema: { collections, topics: [...topics, ...schema.topics] },
    clock: systemClock,
    logger: silentLogger,
  });
  const recorded = {
    runs: [] as Call[],
    accepted: [] as AsyncInvocation[],
    retired: [] as unknown[][],
    expected: [] as unknown[][],
  };
  const faults: Fixture['faults'] = {};
  const now = { time: Date.now() };
  const clock: Clock = { ...systemClock, now: () => now.time };
  const deps: LambdaDeps = {
    store,
    clock,
    ids: randomIds,
    logger: silentLogger,
    secrets: createSecretBox([{ id: '0000000a', key: randomBytes(32) }]),
    run: async (call) => {
      recorded.runs.push(call);
      return answer(call);
    },
    enqueue: async (tx, event) => {
      const { account, region, requestId: id, time } = event;
      await tx.append(asyncTopic.name, 0, {
        id,
        type: 'InvocationRequested',
        source: 'lambda',
        subject: event.functionArn,
        account,
        region,
        time,
        body: event,
      });
      recorded.accepted.push(event);
    },
    ...fakeImages(faults),
    prepareTree: (hash) => (faults.prepare ?? ((h) => unpackFake(store, h)))(hash),
    retire: (...args) => void recorded.retired.push(args),
    expect: (...args) => void recorded.expected.push(args),
    mayAct: async (_role, _action, resource) => !resource.includes('forbidden'),
    eventSources: () => ({ streams: {} }),
    findTarget: async (target) => 'arn' in target && !target.arn.includes('missing'),
    checkRole: async (role) => (role === ROLE ? (faults.role ?? 'ok') : 'missing'),
    readObject: async (_place, bucket, key) => {
      if (bucket !== 'code') throw fail('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
      if (key !== 'f.zip') throw fail('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      const staged = await store.blobs.stage(zip('from s3'));
      await store.transact((tx) => tx.addBlob(staged));
      return staged;
    },
    availableRuntimes: () => ['nodejs24.x', 'python3.11', 'java21'],
    prepareRuntime: async (name) => {
      if (name === 'java21') throw fail('SandboxUnavailable', 'no client for Java', { status: 503 });
    },
    settings: {
      architecture: 'x86_64',
      maxWaitMs: 1000,
      concurrency: 1000,
      unreservedConcurrency: 100,
      codeStorageBytes: 80_530_636_800,
      urlDomain: 'localhost',
      egress: openEgress,
      ...settings,
    },
    ...over,
  };
  const services: LambdaService[] = [];
  const restart = () => {
    const made = lambdaService(deps);
    services.push(made);
    return made;
  };
  const service = restart();
  await service.start();
  t.after(async () => {
    for (const one of services) await one.stop(AbortSignal.timeout(1000));
    await store.close();
    removeDirectory(directory);
  });
  const call: Fixture['call'] = (operation, input, over) =>
    (service.operations[operation] as never as (i: object, c: OperationContext) => Promise<Answer>)(input, context(over));
  const create = async (input: object = {}) => {
    const output = await call('CreateFunction', newFunction(input));
    await service.idle();
    return output;
  };
  return { service, deps, call, create, ...recorded, faults, restart, now };
}

export function newFunction(input: object = {}): object {
  return { FunctionName: 'f', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE, Code: { ZipFile: zip() }, ...input };
}

/** A registry with images `…:CODE` that fail so, and of every other name one whose digest begins with the letters of its tag that are hex digits. */
function fakeImages(faults: Fixture['faults']): Pick<LambdaDeps, 'resolveImage' | 'prepareImage'> {
  const config = { entryPoint: ['/run'], command: [], environment: {}, workingDirectory: '' };
  const resolve = (uri: string) => {
    const [name, tag = 'latest'] = uri.split('@')[0]!.split(':');
    if (/^(Image|Invalid)/.test(tag))
      throw fail(tag, `the registry says ${tag}`, { status: tag === 'ImageUnavailable' ? 503 : 400 });
    const digest = uri.split('@sha256:')[1] ?? tag.replace(/[^0-9a-f]/g, '').padEnd(64, '0');
    const bytes = tag === 'huge' ? 11 * 1024 ** 3 : 1000;
    return {
      uri: `${name}@sha256:${digest}`,
      digest,
      config: tag === 'odd' ? { ...config, environment: { 'a.b': '1' } } : config,
      bytes,
    };
  };
  return {
    resolveImage: async (_place, uri) => resolve(uri),
    prepareImage: async (_place, uri) => {
      if (faults.fetch) throw faults.fetch;
      return { ...resolve(uri), trees: ['0'.repeat(64)] };
    },
  };
}

async function unpackFake(store: LambdaDeps['store'], hash: string) {
  const bytes = await collect(await store.blobs.read(hash), 1e8, () => platformFailure('ArchiveTooLarge'));
  if (bytes.subarray(0, 2).toString() !== 'PK') throw platformFailure('InvalidArchive', 'no zip');
  if (bytes.includes('bomb')) throw platformFailure('ArchiveTooLarge');
  return { unpackedBytes: bytes.byteLength * 2 };
}

function answer(call: Call): Outcome {
  const report = {
    requestId: call.requestId,
    status: 'success' as const,
    durationMs: 1,
    billedMs: 1,
    memoryMiB: call.function.memoryMiB,
    maxMemoryMiB: 10,
    egressBytes: 0,
  };
  const failing = Buffer.from(call.payload).toString() === '"fail"';
  return {
    payload: Buffer.from(failing ? '{"errorMessage":"x","errorType":"Error","trace":[]}' : '{"ok":true}'),
    contentType: 'application/json',
    ...(failing && { functionError: 'Unhandled' as const }),
    executedVersion: call.function.version,
    ...(call.logTail && { logTail: Buffer.from('START\nREPORT\n') }),
    report,
    environment: 'e',
  };
}
