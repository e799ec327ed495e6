import fs from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import { keyRoutes, runtimeRoutes } from './control-routes.ts';
import { createDispatch } from './dispatch/index.ts';
import { sandboxDriver } from './drivers.ts';
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
} from './kernel/index.ts';
import { createObserve } from './observe/index.ts';
import { deploySample } from './sample.ts';
import { createTrees, type KeeperLink } from './sandbox/index.ts';
import { schema } from './schema.ts';
import * as iam from './services/iam/index.ts';
import { lambdaService } from './services/lambda/index.ts';
import { createReadLog, logsService } from './services/logs/index.ts';
import { findBucketCors, readObject, s3Service } from './services/s3/index.ts';
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
    schema,
    clock,
    ids,
    logger,
    reserveBytes: config.limits.disk_reserve_mib * MIB,
  });
  const base = { store, clock, ids };
  const trees = await createTrees({
    directory: path.join(dataDirectory, 'trees'),
    readBlob: (hash) => store.blobs.read(hash),
    clock,
    ids,
    limits: { quotaBytes: config.limits.code_cache_mib * MIB },
  });
  const runtimes = await findRuntimes({ installation });
  const driver = sandboxDriver(around.keeper, {
    trees,
    clock,
    logger: logger.child('sandbox'),
    resolver: config.egress.resolver,
  });
  const wire = createWire();

  const observe = createObserve({ ...base, readLog: createReadLog(store), logger: logger.child('observe') });
  const identities = iam.createIdentities({ ...base, box });
  const authorize = iam.createAuthorize(identities);
  const findRole = iam.createFindRole(identities);
  const findStoredKey = iam.createFindStoredKey({ ...base, box });
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
    ...base,
    logger: logger.child('lambda'),
    secrets: box,
    checkRole: iam.createCheckRole(identities),
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
      egress: config.egress,
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
    s3: s3Service({ ...base, mayInvoke: lambda.mayInvoke }),
    iam: iam.iamService(identities),
    logs: logsService(base),
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
      sample = await deploySample({ ...base, logger, tables: services, source, runtime: 'nodejs26.x', bare: config.bare });
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

function invokeGauges(stats: object): Record<string, number> {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => [`dalamb_environments_${name}`, value as number]));
}
