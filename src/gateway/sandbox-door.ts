import type { Duplex } from 'node:stream';
import { type Clock, type Ids, platformFailure, type Service } from '../kernel/index.ts';
import type { SandboxCaller } from '../model/index.ts';
import { send } from './answer.ts';
import { type AwsDoor, refuse, serveAws } from './aws.ts';
import { type Arrival, type Exchange, exchangeOf } from './exchange.ts';
import { isFormUpload, serveFormUpload } from './form-uploads.ts';
import type { HostKind } from './hosts.ts';
import { createListener, type ListenerLimits } from './listener.ts';
import { isPlatformPath } from './platform-paths.ts';

/** The AWS endpoint inside sandboxes (DESIGN §6): AWS operations only, for credentials issued to that sandbox only. */
export interface SandboxDoor {
  serve(socket: Duplex, caller: SandboxCaller): void;
  sweep(): void;
  stop: Service['stop'];
}

export interface SandboxDoorDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: ListenerLimits;
}

/** Open connections of one environment; more are closed at once. */
const CONNECTIONS_EACH = 256;

const inside: HostKind = { kind: 'own' };

export function createSandboxDoor(aws: AwsDoor, deps: SandboxDoorDeps): SandboxDoor {
  const callers = new WeakMap<Duplex, SandboxCaller>();
  const open = new Map<string, number>();

  const handle = ({ req, res, expectsContinue }: Arrival) => {
    const sandbox = callers.get(req.socket);
    if (!sandbox) return void req.socket.destroy();
    const facts = { requestId: deps.ids.uuid(), now: deps.clock.now(), host: inside, visitor: 'program' } as const;
    const exchange = exchangeOf({ req, res, expectsContinue, sandbox }, facts);
    const answered = isServed(exchange) ? serve(aws, exchange) : refuseHere(aws, exchange);
    answered.catch((error) => aws.logger.error('a request was left without an answer', { error }));
  };
  const listener = createListener({ limits: deps.limits, clock: deps.clock, handle });

  return {
    serve(socket, caller) {
      const count = (open.get(caller.environment) ?? 0) + 1;
      if (count > CONNECTIONS_EACH) return void socket.destroy();
      open.set(caller.environment, count);
      callers.set(socket, caller);
      socket.once('close', () => {
        const left = open.get(caller.environment)! - 1;
        if (left > 0) open.set(caller.environment, left);
        else open.delete(caller.environment);
      });
      listener.adopt(socket);
    },
    sweep: listener.sweep,
    stop: listener.stop,
  };
}

function serve(aws: AwsDoor, exchange: Exchange): Promise<void> {
  return isFormUpload(exchange) ? serveFormUpload(aws, exchange) : serveAws(aws, exchange);
}

function isServed(exchange: Exchange): boolean {
  return exchange.path.startsWith('/') && !isPlatformPath(exchange.path);
}

async function refuseHere(aws: AwsDoor, exchange: Exchange): Promise<void> {
  const failure = platformFailure('NoSuchRoute', 'functions reach AWS operations only', { status: 403 });
  await send(exchange, refuse(aws, exchange, undefined, failure), aws.logger);
}
