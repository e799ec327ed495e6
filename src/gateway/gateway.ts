import type { IncomingMessage } from 'node:http';
import { type Clock, type Failure, type Ids, type Logger, platformFailure, type Service } from '../kernel/index.ts';
import {
  type Authorize,
  type ControlRoute,
  type FindBucketCors,
  type FindFunctionUrl,
  type FindKey,
  functionMetrics,
  type OpenMetrics,
  type RawRoute,
  type ResolveFunction,
  type Run,
  type SandboxCaller,
  type ServeSandbox,
  type ServiceTable,
  uncounted,
} from '../model/index.ts';
import type { ServiceName, Wire } from '../wire/index.ts';
import { send } from './answer.ts';
import type { AuthMode } from './authenticate.ts';
import { type AwsDoor, refuse, serveAws } from './aws.ts';
import { type ControlAccessPorts, createRoutes, isControlPath, nobody, shapeOf } from './control.ts';
import { awsRoutes } from './control-aws.ts';
import { invokeRoute } from './control-invoke.ts';
import { openApiRoute } from './control-openapi.ts';
import { routesRoute, type StatusSources, statusRoute } from './control-status.ts';
import { type Arrival, type Exchange, exchangeOf } from './exchange.ts';
import { isFormUpload, serveFormUpload } from './form-uploads.ts';
import { serveFunctionUrl } from './function-urls.ts';
import { isHomeVisit, showHome } from './home.ts';
import { createHosts } from './hosts.ts';
import { createHttpApiDoor, type HttpApiPorts } from './http-api-door.ts';
import { serveHttpApi } from './http-apis.ts';
import { createListener, defaultListenerLimits, type ListenerLimits } from './listener.ts';
import { createLocalSocket } from './local-socket.ts';
import { createServes, isPlatformPath, type PlatformDoor, servePlatform } from './platform-paths.ts';
import { answerPreflight } from './s3-cors.ts';
import { createSandboxDoor } from './sandbox-door.ts';
import { asksForTunnel } from './tunnels.ts';
import { visitorOf } from './visitors.ts';

export interface GatewayDeps {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Further names of this server; everything below them is its own too. */
  readonly names: readonly string[];
  readonly wire: Wire;
  readonly services: Partial<Record<ServiceName, ServiceTable>>;
  readonly auth: {
    readonly mode: AuthMode;
    /** Who a bearer token belongs to, and what they may. Default: nobody's is known. */
    readonly access?: Partial<ControlAccessPorts>;
  };
  readonly authorize: Authorize;
  readonly findKey: FindKey;
  readonly findFunctionUrl: FindFunctionUrl;
  /** Undefined: there are no HTTP APIs here. */
  readonly httpApis?: HttpApiPorts;
  readonly findBucketCors: FindBucketCors;
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly openMetrics?: OpenMetrics;
  /** The invocation that runs in an environment now; for calls that reach the open port with an environment's credentials. */
  readonly invocationOf?: (environment: string) => string | undefined;
  /** Where people who open the bare address in a browser are sent, e.g. the sample's link; undefined: a page that names the docs. */
  readonly home?: () => string | undefined;
  /** Path of a unix socket for the control API; undefined: none. */
  readonly localSocket?: string;
  readonly controlRoutes: readonly ControlRoute[];
  readonly rawRoutes: readonly RawRoute[];
  /** What only compose can tell; the gateway knows the rest. */
  readonly status: Pick<StatusSources, 'version' | 'health' | 'sandbox' | 'store'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly limits?: Partial<ListenerLimits> & { readonly maxWaitMs?: number };
}

export interface Gateway extends Service {
  /** The port that was bound; 0 before start. */
  port(): number;
  /** `http://127.0.0.1:4566`. */
  url(): string;
  readonly serveSandbox: ServeSandbox;
  counts(): { readonly connections: number; readonly requests: number };
}

/** Ms between looks at requests that stand still. */
const SWEEP_MS = 1000;
const LONGEST_URL = 16 * 1024;
const DEFAULT_REGION = 'us-east-1';

/** The door: one listener for the world, one for sandboxes, and the rooms' handlers behind them. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { clock, ids, logger } = deps;
  const limits = { ...defaultListenerLimits, ...deps.limits };
  const classify = createHosts([deps.host, ...deps.names]);
  let port = 0;
  let sweeping: (() => void) | undefined;

  const url = () => `http://${deps.host.includes(':') ? `[${deps.host}]` : deps.host}:${port}`;

  const arrive = ({ req, res, expectsContinue, join }: Arrival) => {
    const host = classify(req.headers.host, req.socket.localAddress);
    const visitor = visitorOf(req.headers as Record<string, string | undefined>);
    const exchange = exchangeOf({ req, res, expectsContinue, join }, { requestId: ids.uuid(), now: clock.now(), host, visitor });
    admit(doors, exchange).catch((error) => logger.error('a request was left without an answer', { error }));
  };
  const upgrades = (req: IncomingMessage) => asksForTunnel(req) && isControlPath(req.url ?? '');
  const listener = createListener({ limits, clock, handle: arrive, upgrades });
  const doors = createDoors(deps, { url, counts: listener.counts });
  const sandboxes = createSandboxDoor(doors.aws, { clock, ids, limits });
  const sweep = () => {
    listener.sweep();
    sandboxes.sweep();
    sweeping = clock.after(SWEEP_MS, sweep);
  };

  const local = deps.localSocket === undefined ? undefined : createLocalSocket(deps.localSocket, listener.adopt);
  return {
    async start() {
      port = await listener.listen(deps.port, deps.host);
      await local?.start();
      sweep();
    },
    async stop(deadline) {
      await Promise.all([local?.stop(deadline), listener.stop(deadline), sandboxes.stop(deadline)]);
      doors.platform.apis?.outgoing.close();
      sweeping?.();
    },
    port: () => port,
    url,
    serveSandbox: (socket, caller: SandboxCaller) => sandboxes.serve(socket, caller),
    counts: listener.counts,
  };
}

interface Doors {
  /** Whether the platform itself serves a path. */
  readonly serves: (path: string) => boolean;
  readonly aws: AwsDoor;
  readonly platform: PlatformDoor;
  readonly home: () => string | undefined;
}

type OwnFacts = Pick<StatusSources, 'url' | 'counts'>;

function createDoors(deps: GatewayDeps, facts: OwnFacts): Doors {
  const { wire, authorize, logger, resolveFunction, run, ids, findFunctionUrl, findBucketCors, services, status } = deps;
  const auth = { mode: deps.auth.mode, wire, findKey: deps.findKey };
  const maxWaitMs = deps.limits?.maxWaitMs ?? 10_000;
  const invoking = { wire, auth, authorize, resolveFunction, run, ids, logger, maxWaitMs };
  return {
    serves: createServes(deps.rawRoutes),
    aws: { wire, services, auth, authorize, findBucketCors, invocationOf: deps.invocationOf ?? (() => undefined), logger },
    platform: {
      control: {
        mode: deps.auth.mode,
        access: { ...nobody, ...deps.auth.access },
        match: createRoutes(allRoutes(deps, facts, maxWaitMs)),
        region: DEFAULT_REGION,
        logger,
      },
      urls: { ...invoking, findFunctionUrl, clock: deps.clock, countFunction: functionMetrics(deps.openMetrics ?? uncounted) },
      apis: deps.httpApis && createHttpApiDoor(deps.httpApis, { ...invoking, clock: deps.clock }),
      raw: deps.rawRoutes,
      health: status.health,
      version: status.version,
      services: Object.keys(services),
    },
    home: deps.home ?? (() => undefined),
  };
}

/** The rooms' routes, and our own where no room has one of that shape. */
function allRoutes(deps: GatewayDeps, facts: OwnFacts, maxWaitMs: number): ControlRoute[] {
  const { resolveFunction, run, ids, clock, services } = deps;
  const own = [
    statusRoute({ ...deps.status, ...facts, services: Object.keys(services), auth: deps.auth.mode }, clock),
    invokeRoute({ resolveFunction, run, ids, maxWaitMs }),
    ...awsRoutes({ services, clock, ids, endpoint: facts.url }),
  ];
  const shapes = new Set(deps.controlRoutes.map(shapeOf));
  const told: ControlRoute[] = [];
  const document = openApiRoute(() => told, deps.status.version);
  const routes = [...deps.controlRoutes, ...own.filter((route) => !shapes.has(shapeOf(route))), document];
  told.push(...routes, routesRoute(routes));
  return told;
}

/** The way of every request: form → host → function URL → HTTP API → platform → home page → strangers → AWS. Each step may end it. */
function admit(doors: Doors, exchange: Exchange): Promise<void> {
  const { host, path } = exchange;
  if (!path.startsWith('/') || exchange.url.length > LONGEST_URL) return reject(doors, exchange, malformed(exchange));
  if (host.kind === 'foreign') return reject(doors, exchange, platformFailure('ForeignHost', exchange.headers.host ?? 'none'));
  if (host.kind === 'function-url') return serveFunctionUrl(doors.platform.urls, exchange, { ...host, path });
  if (host.kind === 'http-api') {
    const { apis } = doors.platform;
    if (apis) return serveHttpApi(apis, exchange, { ...host, path });
    return reject(doors, exchange, platformFailure('NotImplemented', 'HTTP APIs'));
  }
  if (doors.serves(path) && host.kind === 'own') return servePlatform(doors.platform, exchange);
  if (isPlatformPath(path)) return reject(doors, exchange, platformFailure('NoSuchRoute', `${path} on ${exchange.headers.host}`));
  if (isHomeVisit(exchange)) return showHome(exchange, doors.home(), doors.aws.logger);
  if (exchange.method === 'OPTIONS') return preflight(doors, exchange);
  return isFormUpload(exchange) ? serveFormUpload(doors.aws, exchange) : serveAws(doors.aws, exchange);
}

function malformed(exchange: Exchange): Failure {
  if (exchange.url.length > LONGEST_URL) return platformFailure('InvalidRequest', 'the URL is too long', { status: 414 });
  return platformFailure('InvalidRequest', 'the request target must be a path');
}

async function preflight(doors: Doors, exchange: Exchange): Promise<void> {
  const s3 = { service: 's3', operation: 'OptionsObject', protocol: 'restXml', region: DEFAULT_REGION } as const;
  try {
    await send(exchange, await answerPreflight(doors.aws.findBucketCors, exchange), doors.aws.logger);
  } catch (error) {
    await send(exchange, refuse(doors.aws, exchange, s3, error), doors.aws.logger);
  }
}

/** The error exit before any service is known. */
async function reject(doors: Doors, exchange: Exchange, failure: Failure): Promise<void> {
  await send(exchange, refuse(doors.aws, exchange, undefined, failure), doors.aws.logger);
}
