import type { Clock } from '../kernel/index.ts';
import { type ControlRoute, controlAccess, type PlatformStatus } from '../model/index.ts';

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
  return {
    method: 'GET',
    path: '/status',
    summary: 'version, health, drivers and load of this server',
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
  };
}

/** The control API, told by itself: every route, and the role that it asks for first. */
export function routesRoute(others: readonly ControlRoute[]): ControlRoute {
  const shown = (route: Omit<ControlRoute, 'handle'>) => {
    const { method, path, summary } = route;
    const { role, on } = controlAccess(route);
    return { method, path, summary, role, on };
  };
  const own = { method: 'GET', path: '/routes', summary: 'routes of this API, and the role each asks for' } as const;
  const routes = [...others, own].map(shown).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...own, handle: async () => ({ routes }) };
}
