import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar, { type Header } from 'tar-stream';
import { createSecretBox, type Ids, randomIds, type Store, silentLogger, systemClock } from '../../src/kernel/index.ts';
import type { Decision, KnownKey, RawRequest } from '../../src/model/index.ts';
import { type EcrDeps, type EcrService, type EcrSettings, ecrService, schema } from '../../src/services/ecr/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { ACCOUNT, type Answer, bytesOf, type Call, contextOf } from './s3-room.ts';

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly json: Answer;
}

export interface RegistryAsk {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly trusted?: boolean;
  readonly sourceIp?: string;
}

export interface EcrRoom extends EcrService {
  readonly deps: EcrDeps;
  /** Runs an operation as the root of ACCOUNT in us-east-1. */
  readonly call: Call;
  /** A request of the registry below /v2/, as the root of ACCOUNT unless it brings its own authorization. */
  readonly ask: (method: string, url: string, ask?: RegistryAsk) => Promise<RegistryAnswer>;
  /** Puts an image of these layers into a repository, which is made when it is not there. */
  readonly push: (
    repository: string,
    image: { readonly tag?: string; readonly layers?: readonly Buffer[] },
  ) => Promise<TestImage>;
  readonly store: Store;
  readonly clock: ManualClock;
  /** What was unpacked: below and the layer's hash, in order. */
  readonly unpacked: { readonly below: readonly string[]; readonly hash: string }[];
  close(): Promise<void>;
}

export interface EcrOptions extends Partial<Pick<EcrDeps, 'mayConnect' | 'unpackLayer' | 'clock'>> {
  readonly settings?: Partial<EcrSettings>;
  readonly decide?: (action: string, resource: string) => boolean;
  readonly keys?: Readonly<Record<string, KnownKey>>;
  readonly ids?: Ids;
}

/** The service of images on a real store of its own, with a clock that stands. */
export async function openEcr(options: EcrOptions = {}): Promise<EcrRoom> {
  const directory = temporaryDirectory();
  const clock = manualClock();
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock: systemClock, logger: silentLogger });
  const unpacked: EcrRoom['unpacked'] = [];
  const keys = new Map(Object.entries(options.keys ?? {}));
  const deps: EcrDeps = {
    store,
    clock: options.clock ?? clock,
    ids: options.ids ?? randomIds,
    logger: silentLogger,
    box: createSecretBox([{ id: '00000001', key: new Uint8Array(32) }]),
    authorize: async (_, { action, resource }): Promise<Decision> => ({
      allowed: options.decide?.(action, resource) ?? false,
      reason: 'the test says so',
    }),
    findKey: async (id) => keys.get(id),
    unpackLayer:
      options.unpackLayer ??
      (async (below, { hash }) => {
        unpacked.push({ below, hash });
        return [...below, hash];
      }),
    mayConnect: options.mayConnect ?? (() => false),
    settings: {
      mode: 'local',
      behindProxy: false,
      address: () => '127.0.0.1:4566',
      isOwnHost: (host) => host === '127.0.0.1:4566',
      insecure: [],
      layerBytes: 10_000_000,
      cacheBytes: 10_000_000,
      ...options.settings,
    },
  };
  const service = ecrService(deps);
  const ask: EcrRoom['ask'] = (method, url, given) => askRegistry(service, method, url, given);
  const call: Call = (operation, input = {}, context = {}) =>
    service.operations[operation]!(input as never, contextOf({ now: deps.clock.now(), ...context })) as Promise<Answer>;
  return {
    ...service,
    deps,
    call,
    ask,
    store,
    clock,
    unpacked,
    push: async (repository, image) => {
      await call('CreateRepository', { repositoryName: repository }).catch(() => {});
      return pushTo(ask, repository, image);
    },
    async close() {
      await service.background.stop(AbortSignal.timeout(1000));
      await store.close();
      removeDirectory(directory);
    },
  };
}

const basic = `Basic ${Buffer.from(`${ACCOUNT}:x`).toString('base64')}`;

async function askRegistry(
  { registry }: EcrService,
  method: string,
  url: string,
  { headers = {}, body, trusted = true, sourceIp = '127.0.0.1' }: RegistryAsk = {},
): Promise<RegistryAnswer> {
  const [path = '', query = ''] = url.split('?');
  const length: Record<string, string> = body ? { 'content-length': String(body.byteLength) } : {};
  const request: RawRequest = {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { host: '127.0.0.1:4566', authorization: basic, ...length, ...headers },
    body: async () => body ?? new Uint8Array(),
    stream: () => Readable.from(body ? [body] : []),
    trusted,
    sourceIp,
    signal: new AbortController().signal,
  };
  const answer = await registry.handle(request);
  const content = answer.body;
  const bytes =
    content === undefined ? Buffer.alloc(0) : typeof content === 'string' ? Buffer.from(content) : await bytesOf(content);
  const isJson = answer.headers['content-type'] === 'application/json';
  return {
    status: answer.status,
    headers: answer.headers,
    body: bytes,
    json: isJson && bytes.length > 0 ? JSON.parse(String(bytes)) : {},
  };
}

export const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface TestImage {
  /** Of the manifest. */
  readonly digest: string;
  readonly manifest: string;
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** An image for this machine, of these layers. */
export function imageOf(layers: readonly Buffer[] = [Buffer.from('layer')], more: object = {}): TestImage {
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: ARCHITECTURE, config: { Entrypoint: ['/app'], Env: ['A=1'] }, ...more }),
  );
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((bytes) => descriptor('application/vnd.oci.image.layer.v1.tar', bytes)),
  });
  return { digest: digestOf(manifest), manifest, config, layers };
}

async function pushTo(
  ask: EcrRoom['ask'],
  repository: string,
  { tag, layers }: { readonly tag?: string; readonly layers?: readonly Buffer[] },
): Promise<TestImage> {
  const image = imageOf(layers);
  for (const body of [image.config, ...image.layers]) {
    const { status } = await ask('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf(body)}`, { body });
    if (status !== 201) throw new TypeError(`a layer was answered with ${status}`);
  }
  const body = Buffer.from(image.manifest);
  const { status } = await ask('PUT', `/v2/${repository}/manifests/${tag ?? image.digest}`, {
    body,
    headers: { 'content-type': OCI_MANIFEST },
  });
  if (status !== 201) throw new TypeError(`a manifest was answered with ${status}`);
  return image;
}

export type TarEntry = Partial<Header> & { readonly name: string; readonly content?: string | Uint8Array };

export async function tarOf(...entries: readonly TarEntry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = '', ...header } of entries) pack.entry(header, Buffer.from(content));
  pack.finalize();
  return buffer(pack);
}
