import path from 'node:path';
import type { Config } from './config.ts';
import { publicAddress } from './event-services.ts';
import type { InvokeRoom, RuntimeCatalogue } from './invoke/index.ts';
import type { Clock, Ids, Logger, SecretBox, Service, Store } from './kernel/index.ts';
import { inOrder, MIB } from './kernel/index.ts';
import type {
  Audit,
  ControlRoute,
  CopyImage,
  FindActor,
  FindEnvironment,
  KeepImage,
  MayConnect,
  PointAliases,
  PullImage,
  RawRoute,
  RequireRole,
  ResolveFunction,
  RewindMapping,
  ServiceTable,
} from './model/index.ts';
import { createOperator } from './operator.ts';
import {
  type BuildSettings,
  createApplications,
  createBuild,
  createGit,
  type Environments,
  type GitSettings,
} from './paas/index.ts';
import type { SandboxDriver, TreeStore } from './sandbox/index.ts';

export interface ApplicationPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly box: SecretBox;
  readonly config: Config;
  readonly installation: string;
  readonly dataDirectory: string;
  readonly driver: SandboxDriver;
  readonly trees: Pick<TreeStore, 'derive'>;
  readonly runtimes: RuntimeCatalogue;
  /** All services, by the names of the wire. */
  readonly services: Readonly<Record<string, ServiceTable>>;
  readonly lambda: {
    readonly pointAliases: PointAliases;
    readonly rewindMapping: RewindMapping;
    readonly resolveFunction: ResolveFunction;
  };
  readonly invoke: Pick<InvokeRoom, 'warm' | 'retire' | 'debuggers'>;
  readonly findEnvironment: FindEnvironment;
  readonly findActor: FindActor;
  readonly requireRole: RequireRole;
  readonly audit: Audit;
  readonly mayConnect: MayConnect;
  readonly environments: Pick<Environments, 'create' | 'destroy'>;
  /** The registry of this platform. */
  readonly events: { readonly keepImage: KeepImage; readonly copyImage: CopyImage; readonly pullImage: PullImage };
  /** The door, which is built later. */
  readonly late: { readonly gateway?: { url(): string } };
}

export interface ApplicationRooms {
  readonly routes: readonly ControlRoute[];
  readonly rawRoutes: readonly RawRoute[];
  /** Started when all services are, before the door. */
  readonly service: Service;
}

/** Repositories, builds, releases: what makes applications out of services. */
export function applicationRooms(ports: ApplicationPorts): ApplicationRooms {
  const { config, clock, ids, store, dataDirectory, lambda, invoke } = ports;
  const operateAt = createOperator({ tables: ports.services, clock, ids });
  const build = createBuild({
    store,
    clock,
    ids,
    logger: ports.logger.child('build'),
    driver: ports.driver,
    runtimes: ports.runtimes.entries,
    builder: path.join(ports.installation, 'runtimes/builder'),
    directory: path.join(dataDirectory, 'builds'),
    keepImage: ports.events.keepImage,
    copyImage: ports.events.copyImage,
    pullImage: ports.events.pullImage,
    settings: buildSettings(config),
  });
  const publicUrl = () => publicAddress(config, ports.late);
  const applications = createApplications({
    ...ports,
    ...ports.lambda,
    operateAt,
    build,
    copyImage: ports.events.copyImage,
    secrets: ports.box,
    git: () => git,
    publicUrl,
    handover: {
      warm: async (place, name, version, least) => invoke.warm(await lambda.resolveFunction(place, name, version), least),
      retire: invoke.retire,
    },
    debuggers: {
      find: async (place, name) => invoke.debuggers.find(await lambda.resolveFunction(place, name)),
      connect: async (place, name) => invoke.debuggers.connect(await lambda.resolveFunction(place, name)),
    },
    ...(ports.driver.features.isolation && { deriveTree: (hash, on) => ports.trees.derive(hash, on) }),
  });
  const git = createGit({
    directory: path.join(dataDirectory, 'repositories'),
    clock,
    ids,
    logger: ports.logger.child('git'),
    secrets: ports.box,
    deploy: applications.deploy,
    findActor: ports.findActor,
    requireRole: ports.requireRole,
    findApp: applications.find,
    mayConnect: ports.mayConnect,
    settings: gitSettings(config),
  });
  return {
    routes: applications.routes,
    rawRoutes: [...applications.rawRoutes, ...git.rawRoutes],
    service: inOrder([applications.service, git.service, applications.outside]),
  };
}

function gitSettings({ git, server }: Config): GitSettings {
  return {
    pushBytes: git.push_mib * MIB,
    repositoryBytes: git.repository_mib * MIB,
    ...(git.ssh_port === undefined ? {} : { ssh: { host: server.host, port: git.ssh_port } }),
  };
}

function buildSettings({ build, images, npm }: Config): BuildSettings {
  return {
    parallel: build.parallel,
    memoryMiB: build.memory_mib,
    diskMiB: build.disk_mib,
    pids: build.pids,
    ...(build.cpus === undefined ? {} : { cpus: build.cpus }),
    seconds: build.seconds,
    sourceMiB: build.source_mib,
    cacheMiB: build.cache_mib,
    allow: build.allow,
    dockerfile: build.dockerfile,
    imageMiB: build.image_mib,
    insecure: images.insecure,
    environment: build.environment,
    unsafe: build.unsafe,
    ...(npm === undefined ? {} : { npm }),
  };
}
