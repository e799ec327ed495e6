import type { Clock, Ids, Logger } from '../kernel/index.ts';
import type {
  Authorize,
  CheckRole,
  FindHttpApi,
  MayAct,
  MayConnect,
  MayInvoke,
  ResolveFunction,
  Run,
  WriteLog,
} from '../model/index.ts';
import type { Wire } from '../wire/index.ts';
import type { Authentication } from './authenticate.ts';
import { createTokenBuckets } from './http-api-throttle.ts';
import type { HttpApiDoor } from './http-apis.ts';
import { createFindIssuerKey } from './issuer-keys.ts';
import { createOutgoing } from './outgoing.ts';

/** What HTTP APIs need besides what function URLs have. */
export interface HttpApiPorts {
  readonly findHttpApi: FindHttpApi;
  readonly mayInvoke: MayInvoke;
  /** For integrations and authorizers that a role calls. */
  readonly checkRole: CheckRole;
  readonly mayAct: MayAct;
  /** For HTTP integrations and the issuers of tokens. */
  readonly mayConnect: MayConnect;
  /** For access logs. */
  readonly writeLog: WriteLog;
}

interface Surroundings {
  readonly wire: Wire;
  readonly auth: Authentication;
  readonly authorize: Authorize;
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxWaitMs: number;
}

/** The door of HTTP APIs with its memory: throttles, judgements, issuers' keys, open connections. */
export function createHttpApiDoor(ports: HttpApiPorts, around: Surroundings): HttpApiDoor {
  const outgoing = createOutgoing({ clock: around.clock, mayConnect: ports.mayConnect });
  return {
    ...around,
    ...ports,
    outgoing,
    findIssuerKey: createFindIssuerKey({ outgoing, clock: around.clock }),
    takeToken: createTokenBuckets(around.clock),
    judgements: new Map(),
  };
}
