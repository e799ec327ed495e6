import { z } from 'zod';
import type { Clock } from '../kernel/index.ts';
import { type ControlRoute, controlAccess, controlRoute, type PlatformStatus } from '../model/index.ts';

/** What compose tells about the rest of the house. */
export interface StatusSources {
  readonly version: string;
  /** `status` is `ok` when everything works; further members are for people. Also the body of `/_dalamb/health`. */
  readonly health: () => { readonly status: string };
  readonly sandbox: () => PlatformStatus['sandbox'];
  readonly store: () => PlatformStatus['store'];
  readonly counts: () => { readonly connections: number; readonly requests: number };
  readonly url: () => string;
  readonly services: readonly string[];
  readonly auth: 'local' | 'strict';
}

export function statusRoute(sources: StatusSources, clock: Clock): ControlRoute {
  const began = clock.monotonic();
  return controlRoute({
    method: 'GET',
    path: '/status',
    summary: 'version, health, drivers and load of this server',
    answer: platformStatus,
    handle: async (): Promise<PlatformStatus> => ({
      version: sources.version,
      status: sources.health().status,
      url: sources.url(),
      uptimeMs: Math.round(clock.monotonic() - began),
      auth: sources.auth,
      services: sources.services,
      sandbox: sources.sandbox(),
      store: sources.store(),
      ...sources.counts(),
    }),
  });
}

/** PlatformStatus. */
const platformStatus = z.strictObject({
  version: z.string(),
  status: z.string().describe('ok when everything works'),
  url: z.string(),
  uptimeMs: z.int(),
  auth: z.enum(['local', 'strict']),
  services: z.array(z.string()),
  sandbox: z.looseObject({ driver: z.string(), isolation: z.boolean(), limits: z.boolean() }),
  store: z.strictObject({ state: z.string(), detail: z.string().optional() }),
  connections: z.int(),
  requests: z.int(),
});

const routeList = z.strictObject({
  routes: z.array(
    z.strictObject({
      method: z.string(),
      path: z.string().describe('a colon begins a parameter of one segment'),
      summary: z.string(),
      role: z.string(),
      on: z.string(),
    }),
  ),
});

/** The control API, told by itself: every route, and the role that it asks for first. */
export function routesRoute(others: readonly ControlRoute[]): ControlRoute {
  const shown = (route: Pick<ControlRoute, 'method' | 'path' | 'summary'>) => {
    const { method, path, summary } = route;
    const { role, on } = controlAccess(route);
    return { method, path, summary, role, on };
  };
  const own = { method: 'GET', path: '/routes', summary: 'routes of this API, and the role each asks for' } as const;
  const routes = [...others, own].map(shown).sort((a, b) => (a.path < b.path ? -1 : 1));
  return controlRoute({ ...own, answer: routeList, handle: async () => ({ routes }) });
}
