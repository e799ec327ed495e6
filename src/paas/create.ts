import type { Service } from '../kernel/index.ts';
import type { Application, ControlRoute, Deploy } from '../model/index.ts';
import { appRoutes } from './apps/routes.ts';
import { applications } from './collections.ts';
import { devRoutes } from './dev/routes.ts';
import type { Git } from './git/git.ts';
import type { PaasPorts } from './ports.ts';
import { createDeploy } from './releases/deploy.ts';
import { createReleases } from './releases/releases.ts';
import { sourceRoutes } from './sources/routes.ts';
import { createPlaceSource, createRemoveSource } from './sources/sources.ts';

export interface ApplicationsDeps extends Omit<PaasPorts, 'placeSource' | 'removeSource'> {
  /** Where their repositories are; asked for late, for pushes come back here. */
  readonly git: () => Pick<Git, 'createRepository' | 'removeRepository' | 'ssh'>;
}

export interface Applications {
  readonly routes: readonly ControlRoute[];
  readonly deploy: Deploy;
  /** By its name; undefined: there is none. */
  readonly find: (app: string) => Promise<Application | undefined>;
  readonly service: Service;
}

/** Applications and their releases, over ports that compose fills. */
export function createApplications(deps: ApplicationsDeps): Applications {
  const { git, ...rest } = deps;
  const placeSource = createPlaceSource(deps.operateAt);
  const ports: PaasPorts = { ...rest, placeSource, removeSource: createRemoveSource(deps.operateAt) };
  const releases = createReleases(ports);
  const repositories = {
    created: (app: Application) => git().createRepository(app),
    destroyed: (app: string) => git().removeRepository(app),
  };
  return {
    routes: [...sourceRoutes(deps.operateAt, placeSource), ...appRoutes({ ports, releases, ...repositories }), ...devRoutes({ ports, ...repositories }), gitAddress(git)],
    deploy: createDeploy(ports, releases),
    find: (app) => deps.store.read.get(applications, [app]),
    service: releases,
  };
}

function gitAddress(git: ApplicationsDeps['git']): ControlRoute {
  return {
    method: 'GET',
    path: '/git',
    summary: 'where repositories are served: below /_dalamb/git/ of this server, and over SSH if that is configured',
    handle: async () => ({ path: '/_dalamb/git/', ssh: git().ssh() ?? null }),
  };
}
