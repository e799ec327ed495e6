import type { Duplex } from 'node:stream';
import { type Failure, fail, type Logger, MIB, platformFailure } from '../kernel/index.ts';
import {
  type Actor,
  accountOfKey,
  type ControlRoute,
  type FindActor,
  type FindEnvironment,
  localActor,
  type MayCall,
  type Place,
} from '../model/index.ts';
import { type AuthMode, DEFAULT_ACCOUNT } from './authenticate.ts';
import type { Exchange } from './exchange.ts';
import { isLoopback } from './hosts.ts';
import { sendJson } from './json.ts';
import { isLocalConnection } from './local-socket.ts';
import { asFailure } from './refusals.ts';
import { TUNNEL } from './tunnels.ts';

export interface ControlDoor {
  readonly mode: AuthMode;
  readonly access: ControlAccessPorts;
  readonly match: MatchRoute;
  readonly region: string;
  readonly logger: Logger;
}

/** Who may do what in the control API. */
export interface ControlAccessPorts {
  readonly findActor: FindActor;
  readonly mayCall: MayCall;
  readonly findEnvironment: FindEnvironment;
}

/** Where nothing is known of people: no token is, and environments are accounts. */
export const nobody: ControlAccessPorts = {
  findActor: async () => undefined,
  mayCall: async ({ actor }) => {
    if (actor.kind === 'user') throw fail('AccessDenied', `${actor.name} has no role here`, { status: 403 });
    return accountOfKey(actor);
  },
  findEnvironment: async () => undefined,
};

const LARGEST_BODY = 6 * MIB;

/** The version may be left out. */
const PREFIX = /^\/_dalamb\/api(?:\/v1)?(?=\/|$)/;

export function isControlPath(path: string): boolean {
  return PREFIX.test(path);
}

/** One request to the control API: token → route → place → role → body → handle → JSON. Never rejects. */
export async function serveControl(door: ControlDoor, exchange: Exchange): Promise<void> {
  try {
    const actor = await actorOf(door, exchange);
    const query = new URLSearchParams(exchange.url.slice(exchange.path.length + 1));
    const { route, params } = door.match(exchange.method, exchange.path.replace(PREFIX, ''));
    const place = await placeOf(door, exchange, { query, actor });
    const account = await door.access.mayCall({ actor, route, params, query, place });
    if (route.upgrades && !exchange.join) throw upgradeRequired();
    const body = route.streamed ? undefined : await readBody(exchange, route);
    const { headers, signal } = exchange;
    const own = account === undefined ? {} : { own: account };
    const stream = route.streamed ? { stream: () => exchange.body } : {};
    const result = await route.handle({ params, query, body, ...stream, headers, place, actor, ...own, signal });
    if (route.upgrades) exchange.join!(result as Duplex);
    else sendJson(exchange, 200, result ?? {});
  } catch (error) {
    sendControlError(exchange, asFailure(error, exchange.requestId, door.logger));
  }
}

/** `{"error":{"code","message","next"?}}`; next says what to do about it. */
export function sendControlError(exchange: Exchange, failure: Failure): void {
  const { next } = failure.fields;
  const error = { code: failure.code, message: failure.message, ...(next === undefined ? {} : { next }) };
  sendJson(exchange, failure.status, { error, requestId: exchange.requestId }, failure.headers);
}

function upgradeRequired(): Failure {
  const headers = { upgrade: TUNNEL, connection: 'upgrade' };
  return platformFailure('InvalidRequest', `ask for it with Upgrade: ${TUNNEL}`, { status: 426, headers });
}

const TOKEN = /^[\w.~+/=-]{1,512}$/;

/** Who asks. Cookies never count; a token that is sent must hold. Nothing is asked for over the local socket, nor from loopback in mode `local`. */
async function actorOf(door: ControlDoor, exchange: Exchange): Promise<Actor> {
  const token = /^Bearer +(.*)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  if (token !== undefined) {
    const actor = TOKEN.test(token) ? await door.access.findActor({ token }) : undefined;
    if (actor) return actor;
  } else if (isTrusted(door, exchange)) return localActor;
  throw platformFailure('TokenRequired', token === undefined ? undefined : 'this token is not known, was revoked, or has ended', {
    headers: { 'www-authenticate': 'Bearer' },
    fields: { next: 'create one on the machine itself with: dalamb keys create --data DIR' },
  });
}

/** Whether who sends no token is let in: over the local socket, and from loopback in mode `local`. */
export function isTrusted(door: ControlDoor, exchange: Exchange): boolean {
  return isLocalConnection(exchange.req.socket) || (door.mode === 'local' && isLoopback(exchange.sourceIp));
}

/** Requires `application/json` or one of its kin, which no page can send to us without being asked first. */
async function readBody(exchange: Exchange, { anyBody = false }: ControlRoute): Promise<unknown> {
  const bytes = await wholeBody(exchange, LARGEST_BODY);
  if (bytes.length === 0) return undefined;
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(exchange.headers['content-type'] ?? '')) {
    if (anyBody) return bytes;
    throw platformFailure('InvalidRequest', 'send the body as content-type application/json', { status: 415 });
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw platformFailure('InvalidRequest', 'the body is no JSON');
  }
}

/** Rejects with InvalidRequest 413 above so many bytes. */
export function wholeBody(exchange: Exchange, most: number): Promise<Buffer> {
  return exchange.whole(most, () => platformFailure('InvalidRequest', `a body has at most ${most} bytes`, { status: 413 }));
}

/** Account and region that a control request is about: query parameters, else the defaults. An access key opens its own account only. */
async function placeOf(
  door: ControlDoor,
  exchange: Exchange,
  { query, actor }: { readonly query: URLSearchParams; readonly actor: Actor },
): Promise<Place> {
  const own = accountOfKey(actor);
  const given = query.get('env') ?? query.get('account') ?? exchange.headers['x-dalamb-account'] ?? own ?? DEFAULT_ACCOUNT;
  const account = await accountOf(door, given);
  if (own !== undefined && account !== own)
    throw platformFailure('TokenRequired', `this token is of account ${own}`, { status: 403 });
  const asked = query.get('region') ?? exchange.headers['x-dalamb-region'] ?? door.region;
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(asked))
    throw platformFailure('InvalidRequest', `region ${JSON.stringify(asked)} is no region`);
  return { account, region: asked };
}

/** The account of an environment, given by its name or its 12 digits. */
async function accountOf({ access }: ControlDoor, given: string): Promise<string> {
  if (/^\d{12}$/.test(given)) return given;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(given))
    throw platformFailure(
      'InvalidRequest',
      `${JSON.stringify(given.slice(0, 80))} is no environment: neither a name nor 12 digits`,
    );
  const found = await access.findEnvironment(given);
  if (!found)
    throw platformFailure('NoSuchThing', `environment ${given}`, { fields: { next: 'see what is there with: dalamb env' } });
  return found.account;
}

export interface RouteMatch {
  readonly route: ControlRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Throws NoSuchRoute 404, or 405 when the path has other methods. */
export type MatchRoute = (method: string, path: string) => RouteMatch;

/** A segment's text wins over a parameter; two routes with the same method and shape are a defect and throw here. */
export function createRoutes(routes: readonly ControlRoute[]): MatchRoute {
  const table = routes.map((route) => ({ route, segments: route.path.split('/').slice(1) }));
  table.sort((a, b) => parameters(a.segments) - parameters(b.segments));
  const shapes = new Set<string>();
  for (const { route } of table) {
    const shape = shapeOf(route);
    if (shapes.has(shape)) throw fail('InternalError', `two control routes for ${shape}`, { status: 500 });
    shapes.add(shape);
  }
  return (method, path) => {
    const parts = path.split('/').slice(1);
    const fitting = table.filter(({ segments }) => fits(segments, parts));
    const found = fitting.find(({ route }) => route.method === method);
    if (found) return { route: found.route, params: paramsOf(found.segments, parts) };
    if (fitting.length === 0) throw platformFailure('NoSuchRoute', `${method} ${path}`);
    const allowed = fitting.map(({ route }) => route.method).join(', ');
    throw platformFailure('NoSuchRoute', `${method} is not among ${allowed}`, { status: 405, headers: { allow: allowed } });
  };
}

/** `GET /functions/:`. */
export function shapeOf(route: ControlRoute): string {
  return `${route.method} ${route.path.replace(/:[^/]+/g, ':')}`;
}

const parameters = (segments: readonly string[]) => segments.filter((segment) => segment.startsWith(':')).length;

function fits(segments: readonly string[], parts: readonly string[]): boolean {
  return segments.length === parts.length && segments.every((s, i) => (s.startsWith(':') ? parts[i] !== '' : s === parts[i]));
}

function paramsOf(segments: readonly string[], parts: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  segments.forEach((segment, i) => {
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(parts[i]!);
  });
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw platformFailure('InvalidRequest', `${part} is not percent-encoded UTF-8`);
  }
}
