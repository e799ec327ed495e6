import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { SMALL_RESERVE } from '../../../test/support/platform.ts';
import {
  createSecretBox,
  fail,
  isFailure,
  randomIds,
  type Store,
  type StoreSchema,
  silentLogger,
  systemClock,
} from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import type { Actor, DeclaredResource, Operate, Place } from '../../model/index.ts';
import { createOperator } from '../../operator.ts';
import { schema } from '../../schema.ts';
import { apiGatewayService } from '../../services/apigatewayv2/index.ts';
import { dynamodbService } from '../../services/dynamodb/index.ts';
import { createIdentities, iamService } from '../../services/iam/index.ts';
import { kinesisService } from '../../services/kinesis/index.ts';
import { logsService } from '../../services/logs/index.ts';
import { s3Service } from '../../services/s3/index.ts';
import { snsService } from '../../services/sns/index.ts';
import { sqsService } from '../../services/sqs/index.ts';
import { openStore } from '../../store/index.ts';
import { applications, releaseSchema, stages } from '../collections.ts';
import { environmentSchema } from '../environments/collections.ts';
import { createEnvironments } from '../environments/environments.ts';
import { createFindEnvironment } from '../environments/find.ts';
import type { PaasPorts } from '../ports.ts';
import { createReleases } from '../releases/releases.ts';
import { webhookSchema } from '../webhooks/collections.ts';
import { reviewSchema } from './collections.ts';
import { createReviews, type Reviews } from './reviews.ts';

export const HOME: Place = { account: '000000000000', region: 'us-east-1' };
export const ROLE = 'arn:aws:iam::000000000000:role/apps/runner';

/** Review apps over the real services, releases and environments; repositories, builds and functions are paper: a deployment makes resources only. */
export interface ReviewWorld {
  readonly store: Store;
  readonly ports: PaasPorts;
  readonly reviews: Reviews;
  readonly releases: ReturnType<typeof createReleases>;
  /** As the account's owner. */
  readonly operate: (account: string) => Operate;
  /** Branch → commit of the application's own repository. */
  readonly branches: Map<string, string>;
  /** What the next deployments declare. */
  resources: DeclaredResource[];
  /** What the next deployment does first. */
  build: () => Promise<void>;
  /** Called before each operation, `s3 DeleteBucket`; may throw. */
  before: (operation: string) => void;
  /** `POST /apps/shop/reviews` and so on. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  ask(line: string, body?: unknown, query?: Record<string, string>): Promise<any>;
  readonly denied: Set<string>;
  /** Releases at home. */
  release(config: Record<string, string>): Promise<void>;
}

const actor: Actor = { name: 'ann', kind: 'user' };
const none = async () => undefined as never;

export async function reviewWorld(t: TestContext): Promise<ReviewWorld> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-reviews-'));
  const parts: readonly StoreSchema[] = [schema, releaseSchema, environmentSchema, webhookSchema, reviewSchema];
  const named = new Map(parts.flatMap(({ collections }) => collections).map((one) => [one.name, one]));
  const all = { collections: [...named.values()], topics: schema.topics };
  const store = await openStore({
    directory,
    schema: all,
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: SMALL_RESERVE,
  });
  const world = {
    store,
    branches: new Map(),
    resources: [],
    build: async () => {},
    before: () => {},
    denied: new Set(),
  } as unknown as ReviewWorld;
  const ports = portsOf(world);
  const releases = createReleases(ports);
  await releases.start();
  const environments = createEnvironments({ ...ports, endRoles: async () => {} });
  const deploy = async ({
    app,
    account,
    commit,
    author,
    line,
    signal,
  }: Parameters<Parameters<typeof createReviews>[0]['deploy']>[0]) => {
    await world.build();
    const built = { processes: [], resources: world.resources, checks: { smoke: {} }, commit };
    const change = () => ({ change: { reason: 'deploy', built } }) as const;
    const { release, urls } = await releases.release({
      app,
      account,
      actor: { name: author, kind: 'user' },
      line,
      signal,
      change,
    });
    return { release: release.number, urls };
  };
  const git = {
    fetchInto: none,
    removeRepository: async () => {},
    archive: async () => (async function* () {})(),
    commitOf: async (_app: string, branch: string) => world.branches.get(branch),
  };
  const publicUrl = () => 'http://dalamb.example';
  const reviews = createReviews({ ports, releases, environments, deploy, git, publicUrl, mayConnect: () => true, everyMs: 20 });
  t.after(async () => {
    await reviews.service.stop(AbortSignal.abort());
    await releases.stop(AbortSignal.abort());
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });
  await store.transact(async (tx) => {
    const at = { createdAt: 1, createdBy: 'ann' };
    await tx.put(applications, { name: 'shop', home: HOME.account, region: HOME.region, branch: 'main', ...at });
    await tx.put(stages, { app: 'shop', ...HOME, role: ROLE, next: 1 });
  });
  return Object.assign(world, {
    ports,
    reviews,
    releases,
    operate: (account: string) => ports.operateAt({ account, region: HOME.region }),
    async release(config: Record<string, string>) {
      const { changeConfig } = await import('../apps/stage-changes.ts');
      const how = { app: 'shop', account: HOME.account, actor, line: () => {}, signal: new AbortController().signal };
      await changeConfig({ ports, releases }, how, { set: config, unset: [] });
      await deploy({ ...how, commit: 'a'.repeat(40), source: git.archive() as never, author: 'ann' });
    },
    ask: (line: string, body?: unknown, query: Record<string, string> = {}) => {
      const [method, asked] = line.split(' ');
      const route = reviews.routes.find((one) => one.method === method && one.path.replace(':app', 'shop') === asked);
      if (!route) throw fail('NoSuchRoute', line);
      const place = { ...HOME, account: query.account ?? HOME.account };
      return askRoute(route, { params: { app: 'shop' }, query: new URLSearchParams(query), body, place, actor });
    },
  });
}

function portsOf(world: ReviewWorld): PaasPorts {
  const { store } = world;
  const secrets = createSecretBox([{ id: '00000001', key: new Uint8Array(32).fill(7) }]);
  const base = { store, clock: systemClock, ids: randomIds, logger: silentLogger };
  const some = {
    ...base,
    box: secrets,
    mayInvoke: none,
    put: none,
    openMetrics: () => ({ count: () => {} }),
    wake: () => {},
  } as never;
  const tables = {
    iam: iamService(createIdentities({ ...base, box: secrets })),
    s3: s3Service(some),
    sqs: sqsService(some),
    sns: snsService({ ...(some as object), canSendMail: false } as never),
    dynamodb: dynamodbService(some),
    kinesis: kinesisService(some),
    logs: logsService(some),
    apigatewayv2: apiGatewayService({ ...(some as object), urlDomain: 'localhost' } as never),
  };
  const operateAt = createOperator({ tables: tables as never, clock: systemClock, ids: randomIds });
  return {
    ...base,
    secrets,
    operateAt: (place) =>
      ((service, name, input) => {
        world.before(`${service} ${name}`);
        return operateAt(place)(service, name, input);
      }) as Operate,
    pointAliases: none,
    rewindMapping: async () => {},
    copyImage: async () => false,
    placeSource: none,
    removeSource: none,
    build: none,
    audit: async () => {},
    publicUrl: () => 'http://127.0.0.1:4566',
    requireRole: async (_actor, role, { account }) => {
      if (world.denied.has(`${role} ${account}`)) throw fail('AccessDenied', `no ${role}`, { status: 403 });
    },
    findEnvironment: createFindEnvironment({ store }),
  };
}

/** The code that a promise is rejected with; undefined when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  );
}
