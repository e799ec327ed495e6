import type { Place } from './functions.ts';
import type { MatchRoute } from './http-routes.ts';
import type { FunctionUrlCors } from './ports.ts';

/** An HTTP API as it is served (spec/event-sources.md §6): what its stages show now, ready to match. */
export interface HttpApi extends Place {
  readonly id: string;
  readonly stages: ReadonlyMap<string, HttpStage>;
}

export interface HttpStage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Undefined: nothing was deployed to it yet. */
  readonly deployment?: HttpDeployment;
  readonly accessLog?: { readonly group: string; readonly format: string };
  /** Limits of one route, by its key; undefined: none. */
  readonly throttle: (routeKey: string) => Throttle | undefined;
  /** Changes when the results of authorizers that were kept so far count no longer. */
  readonly authorizers: string;
}

/** Requests a second, and how many may come at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** What one deployment holds. */
export interface HttpDeployment {
  readonly id: string;
  /** False: the endpoint execute-api is switched off. */
  readonly open: boolean;
  readonly cors?: FunctionUrlCors;
  readonly match: MatchRoute<HttpRoute>;
}

export interface HttpRoute {
  /** As in events: `GET /pets/{id}`. */
  readonly key: string;
  readonly integration?: HttpIntegration;
  readonly authorization: HttpAuthorization;
}

export type HttpAuthorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'iam' }
  | { readonly kind: 'jwt'; readonly authorizer: JwtAuthorizer; readonly scopes: readonly string[] }
  | { readonly kind: 'function'; readonly authorizer: FunctionAuthorizer };

export interface JwtAuthorizer {
  readonly id: string;
  /** `$request.header.Authorization`. */
  readonly identitySource: string;
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface FunctionAuthorizer {
  readonly id: string;
  readonly functionArn: string;
  readonly format: '1.0' | '2.0';
  /** Answers `{"isAuthorized": …}` instead of a policy. */
  readonly simple: boolean;
  readonly identitySource: readonly string[];
  /** Role that calls the function; undefined: the function's own policy lets API Gateway in. */
  readonly credentialsArn?: string;
  /** Seconds; 0: each request asks again. */
  readonly ttl: number;
}

export type HttpIntegration = FunctionIntegration | HttpProxyIntegration;

interface IntegrationSettings {
  readonly id: string;
  readonly timeoutMs: number;
  /** `append:header.x` → `$request.path.id`; checked when it was stored. */
  readonly requestParameters: Readonly<Record<string, string>>;
  /** The same for answers, by status code. */
  readonly responseParameters: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface FunctionIntegration extends IntegrationSettings {
  readonly kind: 'function';
  /** May name stage variables: `${stageVariables.name}`. */
  readonly functionArn: string;
  readonly format: '1.0' | '2.0';
  /** Role that calls the function; undefined: the function's own policy lets API Gateway in. */
  readonly credentialsArn?: string;
}

export interface HttpProxyIntegration extends IntegrationSettings {
  readonly kind: 'http';
  /** May name path and stage variables: `https://example.com/{proxy}`. */
  readonly url: string;
  /** `ANY`: the request's own. */
  readonly method: string;
}

/** What an API calls a function through; also for authorizers: `arn:aws:apigateway:…:lambda:path/…/functions/ARN/invocations`, or the bare ARN. */
export function invokedFunction(uri: string): string | undefined {
  const wrapped = /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri);
  const arn = wrapped?.[1] ?? uri;
  return /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[^/\s]+$/.test(arn) ? arn : undefined;
}

/** `arn:aws:execute-api:…:API/STAGE/METHOD/path`: what policies see of a request, and what SourceArn names (spec §6, §7). */
export function executeArn({ account, region, id }: HttpApi, stage: string, rest: string): string {
  return `arn:aws:execute-api:${region}:${account}:${id}/${stage}/${rest}`;
}

/** With stage variables put in; an unknown one becomes nothing. */
export function withStageVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{stageVariables\.([A-Za-z0-9_]+)\}/g, (_, name: string) =>
    Object.hasOwn(variables, name) ? variables[name]! : '',
  );
}
