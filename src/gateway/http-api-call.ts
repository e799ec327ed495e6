import { type Failure, fail } from '../kernel/index.ts';
import {
  commonLogTime,
  type Expressions,
  executeArn,
  type HttpApi,
  type HttpDeployment,
  type HttpRoute,
  type HttpStage,
  type Principal,
  textAt,
} from '../model/index.ts';
import type { Exchange } from './exchange.ts';
import { domainName, type EventCall, headerLists, iamAuthorizer } from './payload-v2.ts';

/** One request to an HTTP API whose route is known. */
export interface ApiCall {
  readonly exchange: Exchange;
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly deployment: HttpDeployment;
  readonly route: HttpRoute;
  readonly parameters: Readonly<Record<string, string>>;
  /** As sent, without the stage. */
  readonly path: string;
  readonly traceId: string;
  /** Nobody, until the route's authorization let somebody in. */
  caller: ApiCaller;
  /** What access logs tell besides. */
  readonly notes: Notes;
}

export type ApiCaller =
  | { readonly kind: 'none' }
  | { readonly kind: 'iam'; readonly principal: Principal }
  | { readonly kind: 'jwt'; readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null }
  | { readonly kind: 'function'; readonly context: Readonly<Record<string, unknown>>; readonly principalId?: string };

/** Filled on the way; names are those of `$context`. */
export type Notes = Record<string, string>;

/** As events show it: with the stage's name in front, unless that is `$default`. */
export function fullPath({ stage, path }: Pick<ApiCall, 'stage' | 'path'>): string {
  return stage.name === '$default' ? path : `/${stage.name}${path}`;
}

/** A call as events of payload 2.0 are made from it. */
export function eventOf(call: ApiCall): Omit<EventCall, 'body'> {
  const { exchange, api, stage, route, traceId, parameters } = call;
  return {
    exchange,
    apiId: api.id,
    accountId: api.account,
    routeKey: route.key,
    stage: stage.name,
    path: fullPath(call),
    traceId,
    authorizer: authorizerV2(call.caller),
    pathParameters: parameters,
    stageVariables: stage.variables,
  };
}

/** `requestContext.authorizer`; undefined: it is absent. */
function authorizerV2(caller: ApiCaller): object | undefined {
  if (caller.kind === 'iam') return { iam: iamAuthorizer(caller.principal) };
  if (caller.kind === 'jwt') return { jwt: { claims: caller.claims, scopes: caller.scopes } };
  return caller.kind === 'function' ? { lambda: caller.context } : undefined;
}

/** What policies of the API see: the path as it was asked for. */
export function requestArn({ api, stage, exchange, path }: ApiCall): string {
  return executeArn(api, stage.name, `${exchange.method}${path}`);
}

/** What a function's policy sees as SourceArn: the path of the route, with its variables' names. */
export function routeArn({ api, stage, exchange, route }: ApiCall): string {
  const path = route.key.slice(route.key.indexOf(' ') + 1);
  return executeArn(api, stage.name, route.key === '$default' ? '$default' : `${exchange.method}${path}`);
}

/** An answer of the API itself: `{"message": …}` with that status (spec/event-sources.md §6.1). */
export function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Failure {
  return fail('HttpApiRefusal', message, { status, headers });
}

export const internalError = () => refusal(500, 'Internal Server Error');
export const unavailable = () => refusal(503, 'Service Unavailable');

/** JSON paths see this much of a body. */
const MAPPED_BODY = 100 * 1024;

/** What `$request.…`, `$context.…` and `$stageVariables.…` mean in this call. */
export function expressionsOf(call: ApiCall, body?: Buffer): Expressions {
  let document: unknown;
  const inBody = (path: string) => {
    document ??= parse(body);
    return textAt(document, path);
  };
  return (name) => {
    const [kind, of, ...rest] = name.split('.');
    const key = rest.join('.');
    if (kind === 'context') return contextValue(call, name.slice('context.'.length));
    if (kind === 'stageVariables') return own(call.stage.variables, of ?? '');
    if (of === 'path') return key === '' ? call.path : own(call.parameters, key);
    if (of === 'header') return listed(headerLists(call.exchange), key.toLowerCase());
    if (of === 'querystring') return queryValue(call.exchange.url, key);
    return of === 'body' ? inBody(key) : undefined;
  };
}

function own(map: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function listed(lists: Readonly<Record<string, readonly string[]>>, name: string): string | undefined {
  return Object.hasOwn(lists, name) ? lists[name]!.join(',') : undefined;
}

function queryValue(url: string, name: string): string | undefined {
  const mark = url.indexOf('?');
  const values = mark < 0 ? [] : new URLSearchParams(url.slice(mark + 1)).getAll(name);
  return values.length === 0 ? undefined : values.join(',');
}

function parse(body: Buffer | undefined): unknown {
  if (!body || body.length > MAPPED_BODY) return null;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

type ContextVariable = (call: ApiCall) => string | undefined;

const CONTEXT: Readonly<Record<string, ContextVariable>> = {
  accountId: ({ api }) => api.account,
  apiId: ({ api }) => api.id,
  domainName: ({ exchange }) => domainName(exchange),
  domainPrefix: ({ api }) => api.id,
  extendedRequestId: ({ exchange }) => exchange.requestId,
  httpMethod: ({ exchange }) => exchange.method,
  'identity.sourceIp': ({ exchange }) => exchange.sourceIp,
  'identity.userAgent': ({ exchange }) => exchange.headers['user-agent'],
  'identity.caller': ({ caller }) => (caller.kind === 'iam' ? caller.principal.userId : undefined),
  'identity.user': ({ caller }) => (caller.kind === 'iam' ? caller.principal.userId : undefined),
  'identity.userArn': ({ caller }) => (caller.kind === 'iam' ? caller.principal.arn : undefined),
  'identity.accountId': ({ caller }) => (caller.kind === 'iam' ? caller.principal.account : undefined),
  path: (call) => fullPath(call),
  protocol: ({ exchange }) => `HTTP/${exchange.req.httpVersion}`,
  requestId: ({ exchange }) => exchange.requestId,
  requestTime: ({ exchange }) => commonLogTime(exchange.now),
  requestTimeEpoch: ({ exchange }) => String(exchange.now),
  routeKey: ({ route }) => route.key,
  stage: ({ stage }) => stage.name,
};

/** A `$context` variable; undefined when there is none, or nothing to tell. */
export function contextValue(call: ApiCall, name: string): string | undefined {
  if (Object.hasOwn(CONTEXT, name)) return CONTEXT[name]!(call);
  if (!name.startsWith('authorizer.')) return own(call.notes, name);
  const { caller } = call;
  const property = name.slice('authorizer.'.length);
  if (caller.kind === 'jwt') return property.startsWith('claims.') ? own(caller.claims, property.slice(7)) : undefined;
  if (caller.kind !== 'function') return own(call.notes, name);
  if (property === 'principalId') return caller.principalId;
  return textAt(caller.context, property);
}
