import fs from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import { keyRoutes, runtimeRoutes } from './control-routes.ts';
import { createDispatch, dispatchSchema } from './dispatch/index.ts';
import { createGateway } from './gateway/index.ts';
import { createInvoke, findRuntimes } from './invoke/index.ts';
import {
  type Clock,
  createSecretBox,
  type Ids,
  inOrder,
  type Logger,
  MIB,
  type SecretKey,
  type Service,
  type StoreSchema,
} from './kernel/index.ts';
import { bucketNotifications, topics } from './model/index.ts';
import { createObserve, schema as observeSchema } from './observe/index.ts';
import { deploySample, sampleSchema } from './sample.ts';
import { createTrees, guarded, type KeeperLink, ociDriver, processDriver, type TreeStore } from './sandbox/index.ts';
import {
  createAuthorize,
  createCheckRole,
  createFindRole,
  createFindStoredKey,
  createIdentities,
  schema as iamSchema,
  iamService,
} from './services/iam/index.ts';
import { schema as lambdaSchema, lambdaService } from './services/lambda/index.ts';
import { schema as logsSchema, logsService } from './services/logs/index.ts';
import { findBucketCors, readObject, schema as s3Schema, s3Service } from './services/s3/index.ts';
import { createFindKey, createIssueCredentials, stsService } from './services/sts/index.ts';
import { openStore } from './store/index.ts';
import { createWire } from './wire/index.ts';

export interface Surroundings {
  readonly config: Config;
  /** Where this process sees the installation (package.json, runtimes, node_modules) and the data directory. */
  readonly installation: string;
  readonly dataDirectory: string;
  readonly keys: readonly SecretKey[];
  /** Undefined: no isolation. */
  readonly keeper?: KeeperLink;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

export interface Platform extends Service {
  url(): string;
  /** Link of the sample application; undefined when it is not there. */
  sampleUrl(): string | undefined;
}

/** Builds every room from the bottom up, and hands each its ports. The only place that knows them all. */
export async function compose(around: Surroundings): Promise<Platform> {
  const { config, clock, ids, logger, dataDirectory, installation } = around;
  const version = JSON.parse(fs.readFileSync(path.join(installation, 'package.json'), 'utf8')).version as string;
  const box = createSecretBox(around.keys);
  const store = await openStore({
    directory: path.join(dataDirectory, 'store'),
    schema: allSchemas(),
    clock,
    ids,
    logger,
    reserveBytes: config.limits.disk_reserve_mib * MIB,
  });
  const trees = await createTrees({
    directory: path.join(dataDirectory, 'trees'),
    readBlob: (hash) => store.blobs.read(hash),
    clock,
    ids,
    limits: { quotaBytes: config.limits.code_cache_mib * MIB },
  });
  const runtimes = await findRuntimes({ installation });
  const driver = driverFor(around, trees);
  const wire = createWire();

  const observe = createObserve({ store, clock, ids, logger: logger.child('observe') });
  const identities = createIdentities({ store, clock, ids, box });
  const [authorize, findRole, checkRole, findStoredKey] = [
    createAuthorize,
    createFindRole,
    createCheckRole,
    createFindStoredKey,
  ].map((make) => make(identities as never)) as [
    ReturnType<typeof createAuthorize>,
    ReturnType<typeof createFindRole>,
    ReturnType<typeof createCheckRole>,
    ReturnType<typeof createFindStoredKey>,
  ];
  const findKey = createFindKey({ clock, box, findRole, findStoredKey });

  const invoke = createInvoke({
    driver,
    trees,
    runtimes,
    clock,
    ids,
    logger: logger.child('invoke'),
    writeLog: observe.writeLog,
    issueCredentials: createIssueCredentials({ clock, ids, box, findRole }),
    serveSandbox: (socket, caller) => gateway.serveSandbox(socket, caller),
    settings: {
      ready: config.sandbox.ready,
      readyAtStart: [],
      memoryMiB: config.limits.memory_mib,
      freezeAfterMs: config.sandbox.freeze_after_ms,
      idleMs: config.sandbox.idle_seconds * 1000,
      billInit: config.billing.init,
    },
  });
  const lambda = lambdaService({
    store,
    clock,
    ids,
    logger: logger.child('lambda'),
    secrets: box,
    checkRole,
    readObject: readObject({ store }),
    run: (call, kind) => dispatch.run(call, kind),
    enqueue: (tx, event) => dispatch.enqueue(tx, event),
    prepareTree: (hash) => trees.prepare(hash),
    retire: invoke.retire,
    availableRuntimes: () => [...runtimes.entries.keys()],
    settings: {
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      maxWaitMs: config.limits.wait_ms,
      concurrency: config.limits.concurrent_executions,
      unreservedConcurrency: 100,
      codeStorageBytes: 80_530_636_800,
      urlDomain: 'localhost',
    },
  });
  const dispatch = createDispatch({
    store,
    clock,
    logger: logger.child('dispatch'),
    invoke: invoke.invoke,
    resolveFunction: lambda.resolveFunction,
    mayInvoke: lambda.mayInvoke,
    asyncSettings: lambda.findAsyncSettings,
    reservedTotal: lambda.reservedTotal,
    meter: observe.meter,
    meterIn: observe.meterIn,
    concurrency: config.limits.concurrent_executions,
  });
  const services = {
    lambda,
    s3: s3Service({ store, clock, ids, mayInvoke: lambda.mayInvoke }),
    iam: iamService(identities),
    logs: logsService({ store, clock, ids }),
    sts: stsService({ clock, ids, box, findRole, findStoredKey, authorize }),
  };
  const health = () => ({
    status: store.health().state === 'ok' ? 'ok' : 'degraded',
    store: store.health(),
    sandbox: { driver: driver.name, ...driver.features },
  });
  const gateway = createGateway({
    host: config.server.host,
    port: config.server.port,
    names: config.server.names,
    wire,
    services,
    auth: { mode: config.auth.mode },
    authorize,
    findKey,
    findFunctionUrl: lambda.findFunctionUrl,
    findBucketCors: findBucketCors({ store }),
    resolveFunction: lambda.resolveFunction,
    run: dispatch.run,
    clock,
    ids,
    logger: logger.child('gateway'),
    limits: { maxWaitMs: config.limits.wait_ms },
    controlRoutes: [...dispatch.routes, ...observe.routes, ...runtimeRoutes(runtimes), ...keyRoutes(identities)],
    rawRoutes: [lambda.codeRoute, observe.metricsRoute(() => ({ ...dispatch.gauges(), ...invokeGauges(invoke.stats()) }))],
    status: { version, health, sandbox: () => ({ driver: driver.name, ...driver.features }), store: () => store.health() },
  });

  let sample: string | undefined;
  const sampleApplication: Service = {
    async start() {
      const source = () => fs.readFileSync(path.join(installation, 'examples/welcome/index.mjs'), 'utf8');
      sample = await deploySample({
        store,
        clock,
        ids,
        logger,
        tables: services,
        source,
        runtime: 'nodejs26.x',
        bare: config.bare,
      });
    },
    async stop() {},
  };
  const closing: Service = { start: async () => {}, stop: () => store.close() };
  const all = inOrder([closing, driver, observe, invoke, lambda, dispatch, sampleApplication, gateway]);
  return {
    ...all,
    url: gateway.url,
    sampleUrl: () => (sample === undefined ? undefined : `${gateway.url()}/_dalamb/url/${sample}/`),
  };
}

function driverFor(around: Surroundings, trees: TreeStore) {
  const { keeper, clock, config } = around;
  const logger = around.logger.child('sandbox');
  const resolver = config.egress.resolver === undefined ? {} : { resolver: config.egress.resolver };
  const driver = keeper ? ociDriver({ keeper, clock, logger, ...resolver }) : processDriver({ trees, clock, logger });
  return guarded(driver, clock, trees);
}

function invokeGauges(stats: Readonly<Record<string, number>> | object): Record<string, number> {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => [`dalamb_environments_${name}`, value as number]));
}

function allSchemas(): StoreSchema {
  const parts = [
    iamSchema,
    lambdaSchema,
    logsSchema,
    s3Schema,
    observeSchema,
    dispatchSchema,
    sampleSchema,
    { collections: [bucketNotifications] as never, topics },
  ];
  const collections = new Map(parts.flatMap((part) => part.collections).map((one) => [one.name, one]));
  return { collections: [...collections.values()], topics: parts.flatMap((part) => part.topics) };
}
