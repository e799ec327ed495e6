import {
  compileRoutes,
  type FunctionUrlCors,
  type HttpApi,
  type HttpAuthorization,
  type HttpIntegration,
  type HttpStage,
  type LogLine,
  type LogStream,
  type Throttle,
} from '../model/index.ts';
import { type Ask, ask, openStage, type Reply, type Stage } from './gateway.fixture.ts';
import type { HttpApiPorts } from './http-api-door.ts';

export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

/** What a route is given in tests. */
export interface Route {
  readonly integration?: Partial<HttpIntegration>;
  readonly authorization?: HttpAuthorization;
}

/** A gateway with HTTP APIs from memory. */
export interface ApiStage {
  readonly stage: Stage;
  readonly asked: { arn: string; sourceArn: string }[];
  readonly lines: { stream: LogStream; text: string }[];
  /** Whether functions let API Gateway in. */
  permitted: boolean;
  /** An API `id` with one stage. */
  add(id: string, routes: Readonly<Record<string, Route>>, stage?: Partial<HttpStage> & { cors?: FunctionUrlCors }): void;
  /** A request by host to the API. */
  visit(id: string, rest?: Ask): Promise<Reply>;
  /** The event of the last invocation. */
  // biome-ignore lint/suspicious/noExplicitAny: events are what they are
  lastEvent(): any;
  close(): Promise<void>;
}

export async function openApiStage(ports: Partial<HttpApiPorts> = {}): Promise<ApiStage> {
  const apis = new Map<string, HttpApi>();
  const asked: ApiStage['asked'] = [];
  const lines: ApiStage['lines'] = [];
  const httpApis: HttpApiPorts = {
    findHttpApi: async (id) => apis.get(id),
    mayInvoke: async (arn, { sourceArn }) => {
      asked.push({ arn, sourceArn });
      return self.permitted;
    },
    checkRole: async (role) => (role.endsWith('/missing') ? 'missing' : 'ok'),
    mayAct: async (role, action, resource) => {
      asked.push({ arn: resource, sourceArn: `${role} ${action}` });
      return self.permitted;
    },
    mayConnect: () => true,
    writeLog: (stream, written: readonly LogLine[]) => lines.push(...written.map(({ text }) => ({ stream, text }))),
    ...ports,
  };
  const stage = await openStage({ httpApis });
  const self: ApiStage = {
    stage,
    asked,
    lines,
    permitted: true,
    add(id, routes, { cors, ...rest } = {}) {
      const name = rest.name ?? '$default';
      const all = Object.entries(routes).map(([key, route]) => ({
        key,
        integration: integrationOf(route.integration),
        authorization: route.authorization ?? ({ kind: 'none' } as const),
      }));
      const deployment = { id: 'd', open: true, cors, match: compileRoutes(all) };
      const throttle = (): Throttle | undefined => undefined;
      const one: HttpStage = { name, variables: {}, authorizers: '', deployment, throttle, ...rest };
      const others = apis.get(id)?.stages ?? new Map();
      apis.set(id, { id, account: '000000000000', region: 'us-east-1', stages: new Map([...others, [name, one]]) });
    },
    visit: (id, rest = {}) =>
      ask(stage.port, { ...rest, headers: { host: `${id}.execute-api.us-east-1.localhost:${stage.port}`, ...rest.headers } }),
    lastEvent: () => JSON.parse(Buffer.from(stage.runs.at(-1)!.payload).toString()),
    close: stage.close,
  };
  return self;
}

function integrationOf(given: Partial<HttpIntegration> = {}): HttpIntegration {
  const usual = { id: 'i', timeoutMs: 30_000, requestParameters: {}, responseParameters: {} };
  if (given.kind === 'http') return { ...usual, url: '', method: 'ANY', ...given } as HttpIntegration;
  return { ...usual, kind: 'function', functionArn: FUNCTION, format: '2.0', ...given } as HttpIntegration;
}
