import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { SMALL_RESERVE } from '../../../test/support/platform.ts';
import { createSecretBox, fail, platformFailure, randomIds, type Store, silentLogger, systemClock } from '../../kernel/index.ts';
import {
  type Actor,
  mappingShards,
  type Operate,
  type PointAliases,
  type Process,
  type ReleaseChange,
  type ShardMark,
  STORED_ZIP,
  type StoredZip,
  topics,
} from '../../model/index.ts';
import { openStore } from '../../store/index.ts';
import { applications, releaseSchema, stages } from '../collections.ts';
import { peopleSchema } from '../people/collections.ts';
import type { PaasPorts } from '../ports.ts';
import { createReleases, type Releases } from './releases.ts';

export const APP = 'shop';
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
const ROLE = 'arn:aws:iam::000000000000:role/runner';
export const actor: Actor = { name: 'ann', kind: 'user' };

type Settings = Record<string, unknown>;

interface FakeFunction {
  latest: Settings;
  readonly versions: Settings[];
  readonly aliases: Map<string, string>;
  concurrency?: number;
}

/** Other rooms as releases see them, in memory; they outlive a kill, as what is durable does. */
export interface Services {
  readonly functions: Map<string, FakeFunction>;
  readonly sources: Set<string>;
  readonly made: Set<string>;
  readonly audit: string[];
  /** Calls left until the process is killed: what is asked for then never ends. */
  callsLeft: number;
  /** Resolves when that has happened. */
  readonly killed: () => Promise<void>;
  smoke: (version: Settings) => string | undefined;
  /** Nothing is started ahead. */
  memoryIsShort: boolean;
  /** What the initialisation of a version fails with. */
  init: (version: Settings) => string | undefined;
  /** Weights that aliases had, as `NAME:VERSION+OTHER@WEIGHT`, in order. */
  readonly weighed: string[];
  /** Versions that were deleted, as `NAME:VERSION`. */
  readonly deleted: string[];
  /** What environments were told, as `warm NAME:VERSION` with what was live then, and `retire NAME:VERSION`, in order. */
  readonly handed: string[];
  /** What mappings were told to go back to, in order. */
  readonly rewound: { readonly uuid: string; readonly marks: readonly ShardMark[] }[];
}

export interface ReleaseWorld {
  readonly services: Services;
  readonly store: Store;
  readonly ports: PaasPorts;
  readonly releases: Releases;
  readonly release: (change: ReleaseChange) => ReturnType<Releases['release']>;
  /** The same store and services after a kill. */
  readonly again: () => Promise<ReleaseWorld>;
}

/** A world with one application that has no release yet. */
export async function releaseWorld(t: TestContext): Promise<ReleaseWorld> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-releases-'));
  const store = await openStore({
    directory,
    schema: { collections: [...releaseSchema.collections, ...peopleSchema.collections, mappingShards as never], topics },
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: SMALL_RESERVE,
  });
  t.after(async () => {
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });
  await store.transact(async (tx) => {
    const at = { createdAt: 1, createdBy: 'ann' };
    await tx.put(applications, { name: APP, home: ACCOUNT, region: REGION, branch: 'main', ...at });
    await tx.put(stages, { app: APP, account: ACCOUNT, region: REGION, role: ROLE, next: 1 });
  });
  let kill = () => {};
  let killed = Promise.resolve();
  const services: Services = {
    killed: () => killed,
    functions: new Map(),
    sources: new Set(),
    made: new Set(),
    audit: [],
    callsLeft: Number.POSITIVE_INFINITY,
    smoke: () => undefined,
    memoryIsShort: false,
    init: () => undefined,
    weighed: [],
    deleted: [],
    handed: [],
    rewound: [],
  };
  const open = async (): Promise<ReleaseWorld> => {
    services.callsLeft = Number.POSITIVE_INFINITY;
    killed = new Promise((resolve) => {
      kill = resolve;
    });
    const ports = portsOf(services, store, () => kill());
    const releases = createReleases(ports);
    await releases.start();
    t.after(() => Promise.race([releases.stop(AbortSignal.abort()), new Promise((resolve) => setTimeout(resolve, 50))]));
    const order = { app: APP, account: ACCOUNT, actor, line: () => {}, signal: new AbortController().signal };
    const release = (change: ReleaseChange) => releases.release({ ...order, change: () => ({ change }) });
    return { services, store, ports, releases, release, again: open };
  };
  return open();
}

function portsOf(services: Services, store: Store, kill: () => void): PaasPorts {
  let killed = false;
  const call = async <T>(work: () => T): Promise<T> => {
    if (services.callsLeft-- <= 0) killed = true;
    if (!killed) return work();
    kill();
    return new Promise<never>(() => {});
  };
  const pointAliases: PointAliases = async (_tx, _place, moves) => {
    if (killed) throw fail('Killed', 'the process is gone');
    for (const { function: name, version, also } of moves) {
      services.functions.get(name)!.aliases.set('live', version);
      services.weighed.push(`${name}:${version}${also ? `+${also.version}@${also.weight}` : ''}`);
    }
  };
  return {
    store,
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
    secrets: createSecretBox([{ id: '00000001', key: new Uint8Array(32).fill(7) }]),
    operateAt: () =>
      ((service, name, input) => call(() => operate(services, `${service} ${name}`, input as Settings))) as Operate,
    pointAliases,
    copyImage: async () => true,
    rewindMapping: async (_tx, { uuid }, marks) => void services.rewound.push({ uuid, marks }),
    placeSource: (_place, arn, source) =>
      call(() => {
        services.sources.add(`${arn.split(':').slice(6).join(':')} ${source.source}`);
        return {
          ...source,
          function: arn,
          made: `${source.source.startsWith('kinesis:') ? 'mapping' : 'link'} ${source.source}`,
        };
      }),
    removeSource: (_place, arn, source) =>
      call(() => void services.sources.delete(`${arn.split(':').slice(6).join(':')} ${source.source}`)),
    handover: {
      warm: async (_place, name, version, least) => {
        const { aliases, versions } = services.functions.get(name)!;
        services.handed.push(`warm ${name}:${version} beside ${aliases.get('live')}`);
        if (least > 0 && services.memoryIsShort) throw platformFailure('SandboxUnavailable', 'no memory is free');
        return least > 0 ? services.init(versions[Number(version) - 1]!) : undefined;
      },
      retire: (arn, _identity, version) => void services.handed.push(`retire ${arn.split(':').at(-1)}:${version}`),
    },
    build: async () => ({ processes: [], resources: [], checks: { smoke: {} } }),
    audit: async (_tx, { action, detail }) => void services.audit.push(`${action} ${detail}`),
    requireRole: async () => {},
    publicUrl: () => 'http://127.0.0.1:4566',
    findEnvironment: async (name) => ({ name: 'default', account: name, kind: 'named', createdAt: 0 }),
  };
}

/** What lambda does for releases, and CreateBucket. */
function operate(services: Services, operation: string, input: Settings): unknown {
  const name = String(input.FunctionName);
  const found = services.functions.get(name);
  switch (operation) {
    case 's3 CreateBucket':
      services.made.add(`bucket ${String(input.Bucket)}`);
      return {};
    case 'lambda CreateFunction': {
      const { Code, ...settings } = input;
      services.functions.set(name, { latest: { ...settings, ...codeOf(Code as Settings) }, versions: [], aliases: new Map() });
      return {};
    }
  }
  if (!found) throw fail('ResourceNotFoundException', name, { status: 404 });
  switch (operation) {
    case 'lambda GetFunctionConfiguration':
      return { ...editionOf(found, input.Qualifier), State: 'Active', LastUpdateStatus: 'Successful' };
    case 'lambda UpdateFunctionCode':
      found.latest = { ...found.latest, ...codeOf(input) };
      return {};
    case 'lambda UpdateFunctionConfiguration':
      found.latest = { ...found.latest, ...input };
      return {};
    case 'lambda PublishVersion':
      if (JSON.stringify(found.versions.at(-1)) !== JSON.stringify(found.latest)) found.versions.push({ ...found.latest });
      return { Version: String(found.versions.length) };
    case 'lambda Invoke': {
      const error = services.smoke(editionOf(found, input.Qualifier));
      return error === undefined ? {} : { FunctionError: 'Unhandled', Payload: Buffer.from(error) };
    }
    case 'lambda GetFunctionConcurrency':
      return found.concurrency === undefined ? {} : { ReservedConcurrentExecutions: found.concurrency };
    case 'lambda PutFunctionConcurrency':
      found.concurrency = Number(input.ReservedConcurrentExecutions);
      return {};
    case 'lambda DeleteFunctionConcurrency':
      delete found.concurrency;
      return {};
    case 'lambda DeleteFunction':
      if (input.Qualifier === undefined) services.functions.delete(name);
      else services.deleted.push(`${name}:${String(input.Qualifier)}`);
      return {};
  }
  throw fail('NotImplemented', operation);
}

function editionOf({ latest, versions }: FakeFunction, qualifier: unknown): Settings {
  return qualifier === undefined ? latest : versions[Number(qualifier) - 1]!;
}

function codeOf(input: Settings & { readonly [STORED_ZIP]?: StoredZip }): Settings {
  const zip = input[STORED_ZIP];
  const small = zip?.staged as { readonly content?: Buffer } | undefined; // in memory until somebody refers to it
  const code = stored.get(zip?.hash ?? '') ?? small?.content ?? Buffer.from((input.ZipFile ?? '') as Uint8Array);
  return { PackageType: 'Zip', CodeSha256: code.toString('base64'), code: String(code) };
}

/** What was stored, by its hash. */
const stored = new Map<string, Buffer>();

/** Stores a zip, so that the fake knows it when it is named. */
export async function storeZip(store: Store, zip: Buffer): Promise<{ readonly hash: string; readonly size: number }> {
  const blob = await store.blobs.stage(zip);
  await store.transact((tx) => tx.addBlob(blob));
  stored.set(blob.hash, zip);
  return blob;
}

/** A process whose code is this text, stored. The fake's CodeSha256 is that text and never the hash: code is uploaded each time. */
export async function processOf(store: Store, name: string, code: string, more: Partial<Process> = {}): Promise<Process> {
  const blob = await storeZip(store, Buffer.from(code));
  return {
    name,
    handler: `${name}.handler`,
    code: { kind: 'zip', hash: blob.hash, bytes: blob.size },
    runtime: 'nodejs26.x',
    memoryMiB: 1024,
    timeoutSeconds: 10,
    ephemeralMiB: 512,
    environment: {},
    sources: [],
    ...more,
  };
}
