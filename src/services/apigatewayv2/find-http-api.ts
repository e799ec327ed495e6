import type { Reader, Store } from '../../kernel/index.ts';
import {
  compileRoutes,
  type FindHttpApi,
  type FunctionUrlCors,
  type HttpApi,
  type HttpAuthorization,
  type HttpDeployment,
  type HttpIntegration,
  type HttpRoute,
  type HttpStage,
  invokedFunction,
  parseArn,
  type Throttle,
} from '../../model/index.ts';
import { everyPart } from './change-api.ts';
import {
  type ApiSettings,
  apis,
  type IntegrationSettings,
  type Snapshot,
  type StoredApi,
  type StoredAuthorizer,
  type StoredRoute,
  type StoredStage,
  snapshots,
  stages,
} from './collections.ts';

const MOST_KEPT = 1000;
/** AWS's limits of an account where a stage names only one of the two. */
const ACCOUNT: Throttle = { rate: 10_000, burst: 5_000 };

/**
 * The port FindHttpApi. What was worked out of an API is kept for its revision, which every change replaces: one read of one small row a
 * request, and never anything stale.
 */
export function createFindHttpApi(deps: { readonly store: Store }): FindHttpApi {
  const kept = new Map<string, { readonly revision: string; readonly served: HttpApi }>();
  return async (id) => {
    const { read } = deps.store;
    const row = await read.get(apis, [id]);
    const known = kept.get(id);
    if (row && known?.revision === row.revision) return known.served;
    kept.delete(id);
    if (!row) return undefined;
    const served = await serve(read, row);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(id, { revision: row.revision, served });
    return served;
  };
}

async function serve(from: Reader, api: StoredApi): Promise<HttpApi> {
  const rows = await everyPart(from, stages, api.api);
  const deployed = new Map<string, HttpDeployment>();
  for (const id of new Set(rows.flatMap(({ deployment }) => deployment ?? []))) {
    const snapshot = await from.get(snapshots, [api.api, id]);
    if (snapshot) deployed.set(id, servedDeployment(id, snapshot.holds));
  }
  const served = rows.map((row): [string, HttpStage] => [row.id, servedStage(row, deployed.get(row.deployment ?? ''))]);
  return { id: api.api, account: api.account, region: api.region, stages: new Map(served) };
}

function servedStage({ id, settings, authorizers }: StoredStage, deployment: HttpDeployment | undefined): HttpStage {
  const { DefaultRouteSettings: usual, RouteSettings: own = {}, AccessLogSettings: log } = settings;
  const group = /^log-group:([^:]+)/.exec(parseArn(log?.DestinationArn ?? '')?.resource ?? '')?.[1];
  return {
    name: id,
    variables: settings.StageVariables ?? {},
    deployment,
    authorizers,
    ...(group && { accessLog: { group, format: log?.Format ?? '' } }),
    throttle: (key) => {
      const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = { ...usual, ...(Object.hasOwn(own, key) && own[key]) };
      if (rate === undefined && burst === undefined) return undefined;
      return { rate: rate ?? ACCOUNT.rate, burst: burst ?? ACCOUNT.burst };
    },
  };
}

function servedDeployment(id: string, { api, routes, integrations, authorizers }: Snapshot): HttpDeployment {
  const targets = new Map(integrations.map((one) => [`integrations/${one.id}`, servedIntegration(one.id, one.settings)]));
  const judges = new Map(authorizers.map((one) => [one.id, one]));
  const served = routes.map(
    (route): HttpRoute => ({
      key: route.routeKey,
      integration: targets.get(route.settings.Target ?? ''),
      authorization: servedAuthorization(route, judges.get(route.settings.AuthorizerId ?? '')),
    }),
  );
  return { id, open: !api.DisableExecuteApiEndpoint, cors: servedCors(api), match: compileRoutes(served) };
}

function servedCors({ CorsConfiguration: cors }: ApiSettings): FunctionUrlCors | undefined {
  if (!cors || Object.values(cors).every((value) => value === undefined)) return undefined;
  return {
    allowCredentials: cors.AllowCredentials,
    allowHeaders: cors.AllowHeaders,
    allowMethods: cors.AllowMethods,
    allowOrigins: cors.AllowOrigins,
    exposeHeaders: cors.ExposeHeaders,
    maxAge: cors.MaxAge,
  };
}

function servedIntegration(id: string, settings: IntegrationSettings): HttpIntegration {
  const { IntegrationUri: uri = '', RequestParameters = {}, ResponseParameters = {} } = settings;
  const common = {
    id,
    timeoutMs: settings.TimeoutInMillis ?? 30_000,
    requestParameters: RequestParameters,
    responseParameters: ResponseParameters,
  };
  if (settings.IntegrationType !== 'AWS_PROXY')
    return { ...common, kind: 'http', url: uri, method: settings.IntegrationMethod ?? 'ANY' };
  const format = settings.PayloadFormatVersion === '2.0' ? '2.0' : '1.0';
  const role = settings.CredentialsArn;
  return { ...common, kind: 'function', functionArn: bareFunction(uri), format, ...(role && { credentialsArn: role }) };
}

/** Without what API Gateway wraps around it; with its stage variables, if it names some. */
function bareFunction(uri: string): string {
  return /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

function servedAuthorization({ settings }: StoredRoute, judge: StoredAuthorizer | undefined): HttpAuthorization {
  if (settings.AuthorizationType === 'AWS_IAM') return { kind: 'iam' };
  if (!judge) return { kind: 'none' };
  const { IdentitySource: sources = [], JwtConfiguration: jwt = {}, ...given } = judge.settings;
  if (given.AuthorizerType === 'JWT') {
    const authorizer = { id: judge.id, identitySource: sources[0]!, issuer: jwt.Issuer!, audience: jwt.Audience ?? [] };
    return { kind: 'jwt', authorizer, scopes: settings.AuthorizationScopes ?? [] };
  }
  return {
    kind: 'function',
    authorizer: {
      id: judge.id,
      functionArn: invokedFunction(given.AuthorizerUri ?? '')!,
      format: given.AuthorizerPayloadFormatVersion === '1.0' ? '1.0' : '2.0',
      simple: given.EnableSimpleResponses === true,
      identitySource: sources,
      ttl: given.AuthorizerResultTtlInSeconds ?? 0,
      ...(given.AuthorizerCredentialsArn && { credentialsArn: given.AuthorizerCredentialsArn }),
    },
  };
}
