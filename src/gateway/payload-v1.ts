import { commonLogTime } from '../model/index.ts';
import type { ApiCall, ApiCaller } from './http-api-call.ts';
import { fullPath } from './http-api-call.ts';
import { domainName, eventBody, type SeenRequest, seenRequest } from './payload-v2.ts';

/** Payload 1.0 as HTTP APIs send it (spec/event-sources.md §6.2): what is empty is null. */
export function payloadV1(call: ApiCall, body: Buffer, seen?: SeenRequest): object {
  const { body: text = null, isBase64Encoded } = eventBody(body, call.exchange.headers['content-type']);
  return { ...requestV1(call, seen), body: text, isBase64Encoded };
}

/** The same without a body: what authorizers get too. */
export function requestV1(call: ApiCall, seen = seenRequest(call.exchange, call.traceId)): object {
  const { route, exchange, stage } = call;
  const resource = resourceOf(route.key);
  const query = grouped(seen.query);
  return {
    version: '1.0',
    resource,
    path: seen.path ?? fullPath(call),
    httpMethod: exchange.method,
    headers: lastOf(seen.headers),
    multiValueHeaders: seen.headers,
    queryStringParameters: query && lastOf(query),
    multiValueQueryStringParameters: query,
    requestContext: requestContext(call, resource),
    pathParameters: orNull(call.parameters),
    stageVariables: orNull(stage.variables),
  };
}

function resourceOf(routeKey: string): string {
  return routeKey === '$default' ? routeKey : routeKey.slice(routeKey.indexOf(' ') + 1);
}

type Lists = Readonly<Record<string, readonly string[]>>;

function grouped(query: SeenRequest['query']): Lists | null {
  if (query.length === 0) return null;
  const lists = new Map<string, string[]>();
  for (const [name, value] of query) lists.set(name, [...(lists.get(name) ?? []), value]);
  return Object.fromEntries(lists);
}

function lastOf(lists: Lists): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
}

function orNull(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  return Object.keys(map).length === 0 ? null : map;
}

function requestContext(call: ApiCall, resourcePath: string): object {
  const { exchange, api, stage } = call;
  return {
    accountId: api.account,
    apiId: api.id,
    authorizer: authorizerV1(call.caller),
    domainName: domainName(exchange),
    domainPrefix: api.id,
    extendedRequestId: exchange.requestId,
    httpMethod: exchange.method,
    identity: identityOf(call),
    path: fullPath(call),
    protocol: `HTTP/${exchange.req.httpVersion}`,
    requestId: exchange.requestId,
    requestTime: commonLogTime(exchange.now),
    requestTimeEpoch: exchange.now,
    resourceId: null,
    resourcePath,
    stage: stage.name,
  };
}

function authorizerV1(caller: ApiCaller): object {
  if (caller.kind === 'jwt') return { claims: caller.claims, scopes: caller.scopes };
  if (caller.kind !== 'function') return { claims: null, scopes: null };
  return { ...caller.context, ...(caller.principalId !== undefined && { principalId: caller.principalId }) };
}

function identityOf({ exchange, caller }: ApiCall): object {
  const signed = caller.kind === 'iam' ? caller.principal : undefined;
  return {
    accessKey: signed?.accessKeyId ?? null,
    accountId: signed?.account ?? null,
    caller: signed?.userId ?? null,
    cognitoAmr: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: exchange.sourceIp,
    user: signed?.userId ?? null,
    userAgent: exchange.headers['user-agent'] ?? '',
    userArn: signed?.arn ?? null,
  };
}
