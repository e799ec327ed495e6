import path from 'node:path';
import { type ApplicationRooms, applicationRooms } from './applications.ts';
import { buildsImages, type Config } from './config.ts';
import { platformRoutes } from './control-routes.ts';
import { createDispatch } from './dispatch/index.ts';
import { sandboxDriver } from './drivers.ts';
import { createFindTarget, eventServices } from './event-services.ts';
import { createGateway, type Gateway } from './gateway/index.ts';
import { openIdentities } from './identities.ts';
import { imagePorts } from './image-ports.ts';
import { createInvoke } from './invoke/index.ts';
import type { Clock, Ids, Logger, SecretKey, Service } from './kernel/index.ts';
import { createSecretBox, inOrder, MIB } from './kernel/index.ts';
import { createObserve } from './observe/index.ts';
import { invokeSettings, lambdaSettings } from './room-settings.ts';
import { findMachineRuntimes, runtimePorts } from './runtimes.ts';
import { sampleApplication } from './sample.ts';
import { createMayConnect, createTrees, type KeeperLink } from './sandbox/index.ts';
import { schema } from './schema.ts';
import { iamService } from './services/iam/index.ts';
import { lambdaService } from './services/lambda/index.ts';
import { createReadLog, logsService } from './services/logs/index.ts';
import { bucketExists, findBucketCors, readObject, s3Background, s3Service, storeObject } from './services/s3/index.ts';
import { gaugesOf, platformStatus } from './status.ts';
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
  const ground = await openGround(around);
  const people = openIdentities(ground);
  const work = buildWork(ground, people);
  const applications = applicationRooms({ ...around, ...ground, ...ground.base, ...people, ...work });
  const gateway = buildDoor(ground, people, { ...work, applications });
  const sample = sampleApplication({ ...ground.base, ...around, tables: work.services });
  const sampleUrl = () => sample.url(gateway.url());
  Object.assign(work.late, { gateway, home: sampleUrl });
  const closing: Service = { start: async () => {}, stop: () => ground.store.close() };
  const { observe, invoke, lambda, dispatch, events, background } = work;
  const rooms = [ground.driver, observe, invoke, lambda, ...background, dispatch];
  const all = inOrder([closing, ...rooms, applications.service, sample, gateway, ...events.waits]);
  return { ...all, url: gateway.url, sampleUrl };
}

type Ground = Awaited<ReturnType<typeof openGround>>;
type People = ReturnType<typeof openIdentities>;
type Work = ReturnType<typeof buildWork>;
type Rooms = Work & { readonly applications: ApplicationRooms };

/** Ground and first floor: what knows nothing of functions. */
async function openGround(around: Surroundings) {
  const { config, clock, ids, logger, dataDirectory } = around;
  const reserveBytes = config.limits.disk_reserve_mib * MIB;
  const store = await openStore({ directory: path.join(dataDirectory, 'store'), schema, clock, ids, logger, reserveBytes });
  const trees = await createTrees({
    directory: path.join(dataDirectory, 'trees'),
    readBlob: (hash) => store.blobs.read(hash),
    clock,
    ids,
    limits: { quotaBytes: config.limits.code_cache_mib * MIB },
  });
  const { resolver } = config.egress;
  const places = { trees, clock, logger: logger.child('sandbox'), resolver, nested: buildsImages(config) };
  const driver = sandboxDriver(around.keeper, places);
  const runtimes = await findMachineRuntimes(around);
  const box = createSecretBox(around.keys);
  const mayConnect = createMayConnect(config.egress, clock);
  return { around, store, trees, driver, runtimes, box, mayConnect, wire: createWire(), base: { store, clock, ids } };
}

/** Where functions are kept, run, and run again. What stands above is filled in late. */
function buildWork({ around, base, box, driver, runtimes, store, trees }: Ground, people: People) {
  const { config, clock, ids } = around;
  const logger = (room: string) => around.logger.child(room);
  const late: { gateway?: Gateway; home?: () => string | undefined } = {};
  const observe = createObserve({
    ...base,
    readLog: createReadLog(store),
    logger: logger('observe'),
    recordMetrics: (tx, values, now) => events.recordMetrics(tx, values, now),
  });
  const invoke = createInvoke({
    driver,
    trees,
    runtimes,
    clock,
    ids,
    logger: logger('invoke'),
    writeLog: observe.writeLog,
    issueCredentials: people.issueCredentials,
    prepareImage: imagePorts(driver, () => events).prepareImage,
    serveSandbox: (socket, caller) => late.gateway!.serveSandbox(socket, caller),
    settings: invokeSettings(config),
  });
  const lambda = lambdaService({
    ...base,
    ...people,
    logger: logger('lambda'),
    secrets: box,
    findTarget: createFindTarget(() => ({ ...events.exists, bucket: bucketExists({ store }) })),
    eventSources: () => events,
    readObject: readObject({ store }),
    run: (call, kind) => dispatch.run(call, kind),
    enqueue: (tx, event) => dispatch.enqueue(tx, event),
    prepareTree: (hash) => trees.prepare(hash),
    ...imagePorts(driver, () => events),
    retire: invoke.retire,
    expect: invoke.expect,
    ...runtimePorts(runtimes),
    settings: lambdaSettings(config),
  });
  const own = { box, config, late, trees, logger: logger('events') };
  const events = eventServices({ ...base, ...people, ...own, mayInvoke: lambda.mayInvoke });
  const s3Deps = { ...base, logger: logger('s3'), mayInvoke: lambda.mayInvoke, put: events.put };
  const dispatch = createDispatch({
    ...base,
    ...events,
    logger: logger('dispatch'),
    invoke: invoke.invoke,
    resolveFunction: lambda.resolveFunction,
    mayInvoke: lambda.mayInvoke,
    asyncSettings: lambda.findAsyncSettings,
    reservedTotal: lambda.reservedTotal,
    meter: observe.meter,
    meterIn: observe.meterIn,
    box,
    mayAct: people.mayAct,
    storeObject: storeObject(s3Deps),
    sources: events,
    concurrency: config.limits.concurrent_executions,
  });
  const services = {
    lambda,
    s3: s3Service(s3Deps),
    ...events.tables,
    iam: iamService(people.identities),
    logs: logsService({ ...base, ...people, ...events, mayInvoke: lambda.mayInvoke }),
    sts: people.sts,
  };
  return { observe, invoke, lambda, dispatch, events, services, background: [...events.background, s3Background(s3Deps)], late };
}

/** The door, with everything behind it. */
function buildDoor({ around, store, driver, runtimes, wire, mayConnect }: Ground, people: People, work: Rooms): Gateway {
  const { config, clock, ids, logger, installation } = around;
  const { lambda, dispatch, observe, invoke, events, services, late, applications } = work;
  return createGateway({
    host: config.server.host,
    port: config.server.port,
    names: config.server.names,
    wire,
    services,
    auth: { mode: config.auth.mode, access: people },
    authorize: people.authorize,
    findKey: people.findKey,
    findFunctionUrl: lambda.findFunctionUrl,
    httpApis: { ...people, ...events, mayInvoke: lambda.mayInvoke, writeLog: observe.writeLog, mayConnect },
    findBucketCors: findBucketCors({ store }),
    resolveFunction: lambda.resolveFunction,
    run: dispatch.run,
    openMetrics: events.openMetrics,
    clock,
    ids,
    logger: logger.child('gateway'),
    limits: { maxWaitMs: config.limits.wait_ms },
    controlRoutes: [
      ...[dispatch, observe, lambda, events, people, applications].flatMap(({ routes }) => routes),
      ...platformRoutes({ runtimes, identities: people.identities, clock }),
    ],
    home: () => late.home?.(),
    localSocket: path.join(around.dataDirectory, 'control.sock'),
    rawRoutes: [
      lambda.codeRoute,
      observe.metricsRoute(gaugesOf(dispatch, invoke)),
      ...events.rawRoutes,
      ...applications.rawRoutes,
      ...dispatch.rawRoutes,
    ],
    status: platformStatus(installation, store, driver),
  });
}
