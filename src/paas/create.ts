import { z } from 'zod';
import { inOrder, type Service } from '../kernel/index.ts';
import {
  type Application,
  type ControlRoute,
  controlRoute,
  type Deploy,
  type MayConnect,
  type RawRoute,
} from '../model/index.ts';
import { appRoutes } from './apps/routes.ts';
import { applications } from './collections.ts';
import { devRoutes } from './dev/routes.ts';
import type { Environments } from './environments/environments.ts';
import type { Git } from './git/git.ts';
import type { PaasPorts } from './ports.ts';
import { createDeploy } from './releases/deploy.ts';
import { createReleases } from './releases/releases.ts';
import { createReviews } from './reviews/reviews.ts';
import { sourceRoutes } from './sources/routes.ts';
import { createSources } from './sources/sources.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

type Repositories = Pick<Git, 'createRepository' | 'removeRepository' | 'fetchInto' | 'archive' | 'commitOf' | 'ssh'>;

export interface ApplicationsDeps extends Omit<PaasPorts, 'placeSource' | 'removeSource'> {
  /** Where their repositories are; asked for late, for pushes come back here. */
  readonly git: () => Repositories;
  readonly environments: Pick<Environments, 'create' | 'destroy'>;
  readonly mayConnect: MayConnect;
}

export interface Applications {
  readonly routes: readonly ControlRoute[];
  /** They stand before dispatch's, whose prefix is the same. */
  readonly rawRoutes: readonly RawRoute[];
  readonly deploy: Deploy;
  /** By its name; undefined: there is none. */
  readonly find: (app: string) => Promise<Application | undefined>;
  /** Releases: started before repositories are served. */
  readonly service: Service;
  /** What comes from outside, reviews and webhooks: started after repositories. */
  readonly outside: Service;
}

/** Applications and their releases, over ports that compose fills. */
export function createApplications(deps: ApplicationsDeps): Applications {
  const { git, environments, mayConnect, ...rest } = deps;
  const { publicUrl } = rest;
  const sources = createSources(deps.operateAt, publicUrl);
  const ports: PaasPorts = { ...rest, ...sources };
  const releases = createReleases(ports);
  const deploy = createDeploy(ports, releases);
  const outside = { ports, releases, deploy, git: lateRepositories(git), environments, mayConnect, publicUrl };
  const reviews = createReviews(outside);
  const webhooks = createWebhooks({ ...outside, reviews: reviews.pulls });
  const own = { ports, releases, created: outside.git.createRepository, destroyed: outside.git.removeRepository };
  return {
    routes: [
      ...sourceRoutes(deps.operateAt, sources.placeSource),
      ...appRoutes(own),
      ...devRoutes(own),
      ...webhooks.routes,
      ...reviews.routes,
      gitAddress(git),
    ],
    rawRoutes: webhooks.rawRoutes,
    deploy,
    find: (app) => deps.store.read.get(applications, [app]),
    service: releases,
    outside: inOrder([reviews.service, webhooks.service]),
  };
}

function lateRepositories(git: () => Repositories): Repositories {
  return {
    createRepository: (app) => git().createRepository(app),
    removeRepository: (app) => git().removeRepository(app),
    fetchInto: (request) => git().fetchInto(request),
    archive: (app, commit) => git().archive(app, commit),
    commitOf: (app, ref) => git().commitOf(app, ref),
    ssh: () => git().ssh(),
  };
}

const sshShown = z.strictObject({ host: z.string(), port: z.int(), fingerprint: z.string() });

function gitAddress(git: ApplicationsDeps['git']): ControlRoute {
  return controlRoute({
    method: 'GET',
    path: '/git',
    summary: 'where repositories are served: below /_dalamb/git/ of this server, and over SSH if that is configured',
    answer: z.strictObject({ path: z.string(), ssh: sshShown.nullable() }),
    handle: async () => ({ path: '/_dalamb/git/', ssh: git().ssh() ?? null }),
  });
}
