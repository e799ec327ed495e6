import { type Failure, platformFailure } from '../kernel/index.ts';
import type { RawRoute } from '../model/index.ts';
import { send } from './answer.ts';
import { type ControlDoor, isControlPath, isTrusted, sendControlError, serveControl, wholeBody } from './control.ts';
import type { Exchange } from './exchange.ts';
import { serveFunctionUrl, type UrlDoor } from './function-urls.ts';
import { type HttpApiDoor, serveHttpApi } from './http-apis.ts';
import { sendJson } from './json.ts';
import { asFailure } from './refusals.ts';
import { isVisit } from './visitors.ts';

export interface PlatformDoor {
  readonly control: ControlDoor;
  readonly urls: UrlDoor;
  readonly apis?: HttpApiDoor;
  readonly raw: readonly RawRoute[];
  /** Body of `/_dalamb/health`; status `ok` answers 200, anything else 503. */
  readonly health: () => { readonly status: string };
  readonly version: string;
  readonly services: readonly string[];
}

/** Whether a path is below the platform's own: bucket names cannot begin with `_`. */
export function isPlatformPath(path: string): boolean {
  return path.startsWith('/_');
}

/** The same, with the routes that lie elsewhere: no bucket has their names. */
export function createServes(raw: readonly RawRoute[]): (path: string) => boolean {
  const elsewhere = raw.filter(({ prefix }) => !prefix.startsWith('/_'));
  return (path) => isPlatformPath(path) || elsewhere.some((route) => covers(route, path));
}

function covers({ prefix, covers }: RawRoute, path: string): boolean {
  const below = path === prefix || (prefix.endsWith('/') && path.startsWith(prefix));
  return below && (covers === undefined || covers(path));
}

/** Routes what begins with `/_dalamb/` or `/_localstack/` (DESIGN §6). Only function URLs and HTTP APIs are open to foreign pages. Never rejects. */
export async function servePlatform(door: PlatformDoor, exchange: Exchange): Promise<void> {
  const { path } = exchange;
  const url = /^\/_dalamb\/url\/([a-z0-9-]{1,100})(\/.*)?$/.exec(path);
  if (url) return serveFunctionUrl(door.urls, exchange, { id: url[1]!, path: url[2] ?? '/' });
  const api = /^\/_dalamb\/execute-api\/([a-z0-9]{1,100})\/((?:\$|%24)default|[\w-]{1,128})(\/.*)?$/.exec(path);
  if (api && door.apis) {
    const stage = api[2]!.replace('%24', '$');
    return serveHttpApi(door.apis, exchange, { id: api[1]!, stage, path: api[3] ?? '/' });
  }
  if (exchange.visitor === 'stranger' && !(isVisit(exchange.method, exchange.headers) && path.startsWith('/_dalamb/console')))
    return sendControlError(exchange, platformFailure('ForeignOrigin'));
  if (isControlPath(path)) return serveControl(door.control, exchange);
  const raw = door.raw.find((route) => covers(route, path));
  if (raw) return serveRaw(door, raw, exchange);
  const page = exchange.method === 'GET' || exchange.method === 'HEAD' ? pages[path] : undefined;
  if (page) return page(door, exchange);
  sendControlError(exchange, unserved(exchange));
}

const pages: Readonly<Record<string, (door: PlatformDoor, exchange: Exchange) => void>> = {
  '/_dalamb/health': (door, exchange) => {
    const health = door.health();
    sendJson(exchange, health.status === 'ok' ? 200 : 503, health);
  },
  '/_localstack/health': (door, exchange) => {
    const services = Object.fromEntries(door.services.map((name) => [name, 'available']));
    sendJson(exchange, 200, { services, edition: 'community', version: door.version });
  },
};

async function serveRaw(door: PlatformDoor, route: RawRoute, exchange: Exchange): Promise<void> {
  try {
    if (!route.methods.includes(exchange.method)) throw methodNotAllowed(route.methods);
    const query = new URLSearchParams(exchange.url.slice(exchange.path.length + 1));
    const { method, path, headers, sourceIp } = exchange;
    const body = (most: number) => wholeBody(exchange, most);
    const trusted = isTrusted(door.control, exchange);
    const whole = { method, path, query, headers, sourceIp, body, trusted, stream: () => exchange.body };
    const answer = await route.handle({ ...whole, signal: exchange.signal });
    const safe = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox', ...answer.headers };
    await send(exchange, { ...answer, headers: safe }, door.control.logger);
  } catch (error) {
    sendControlError(exchange, asFailure(error, exchange.requestId, door.control.logger));
  }
}

function methodNotAllowed(methods: readonly string[]): Failure {
  const allow = methods.join(', ');
  return platformFailure('NoSuchRoute', `only ${allow} here`, { status: 405, headers: { allow } });
}

function unserved(exchange: Exchange): Failure {
  if (exchange.path.startsWith('/_dalamb/console'))
    return platformFailure('NotImplemented', 'the console is not part of this version');
  return platformFailure('NoSuchRoute', `${exchange.method} ${exchange.path}`);
}
