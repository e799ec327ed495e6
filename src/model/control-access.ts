import type { AppRole } from './application-ports.ts';

/** Who may call a route of the control API, and whether that is written down. */
export interface ControlAccess {
  readonly role: AppRole;
  /**
   * What the role must be on: the application of the path in the request's environment; the environment itself; the environment or the application
   * whose process is the `function` of the path (`:name`) or of the log group; `within` the environment: on whatever is part of it; the platform;
   * `somewhere`: anything at all, because the handler looks closer.
   */
  readonly on: 'app' | 'environment' | 'function' | 'within' | 'platform' | 'somewhere';
  /** `here`: in the audit trail before it is handled; `itself`: the handler writes it, in the transaction of what it does; `none`: nothing is changed, or it is an event like any other. */
  readonly audit: 'here' | 'itself' | 'none';
}

const looked: ControlAccess = { role: 'reader', on: 'somewhere', audit: 'none' };
const handled: ControlAccess = { role: 'reader', on: 'somewhere', audit: 'itself' };
const owned: ControlAccess = { role: 'owner', on: 'environment', audit: 'here' };
const fed: ControlAccess = { role: 'deployer', on: 'environment', audit: 'none' };

/** All that the rule below does not say. */
export const controlExceptions: Readonly<Record<string, ControlAccess>> = {
  'GET /status': looked,
  'GET /runtimes': looked,
  'GET /routes': looked,
  'GET /openapi.json': looked,
  'GET /whoami': looked,
  'GET /environments': looked,
  'POST /environments': handled,
  'PUT /environments/:name': handled,
  'DELETE /environments/:name': handled,
  'GET /members': looked,
  'POST /members': handled,
  'DELETE /members/:user': handled,
  'GET /tokens': looked,
  'POST /tokens': handled,
  'DELETE /tokens/:id': handled,
  'GET /ssh-keys': looked,
  'POST /ssh-keys': handled,
  'DELETE /ssh-keys': handled,
  'GET /audit': looked,
  'GET /samples': looked,
  'GET /samples/:source': looked,
  'GET /logs': { role: 'reader', on: 'function', audit: 'none' },
  'GET /apps': { role: 'reader', on: 'within', audit: 'none' },
  'POST /apps': { role: 'owner', on: 'environment', audit: 'itself' },
  'GET /keys': { ...owned, audit: 'none' },
  'POST /keys': owned,
  'DELETE /keys/:id': owned,
  'PUT /functions/:name/egress': owned,
  'DELETE /functions/:name/egress': owned,
  'GET /events/balance': { role: 'owner', on: 'platform', audit: 'none' },
  'POST /functions/:name/invoke': { ...fed, on: 'function' },
  'POST /functions/:name/events': { ...fed, on: 'function' },
  'POST /events': fed,
};

/**
 * The rule for every route of the control API, those that are yet to be written too: who reads needs to be a reader, who changes a deployer, of
 * the application that the path names (`:app`), else of the environment. Handlers may ask for more.
 */
export function controlAccess({ method, path }: { readonly method: string; readonly path: string }): ControlAccess {
  const shape = `${method} ${path}`;
  if (Object.hasOwn(controlExceptions, shape)) return controlExceptions[shape]!;
  const app = path.split('/').includes(':app');
  const role = method === 'GET' ? 'reader' : 'deployer';
  return { role, on: app ? 'app' : 'environment', audit: method === 'GET' ? 'none' : app ? 'itself' : 'here' };
}
