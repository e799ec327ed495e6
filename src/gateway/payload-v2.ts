import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { commonLogTime, type Principal } from '../model/index.ts';
import type { Exchange } from './exchange.ts';

/** What an event of payload 2.0 is made from (spec/event-sources.md §6.1): the same for function URLs and HTTP APIs. */
export interface EventCall {
  readonly exchange: Exchange;
  /** Id of the function URL or of the API. */
  readonly apiId: string;
  readonly accountId: string;
  readonly routeKey: string;
  readonly stage: string;
  /** As sent; of an API with the stage's name in front, unless that is `$default`. */
  readonly path: string;
  readonly body: Buffer;
  readonly traceId: string;
  readonly authorizer?: object;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** Headers and query as the function is to see them, when parameters are mapped. */
  readonly seen?: SeenRequest;
}

export interface SeenRequest {
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Decoded, in order. */
  readonly query: readonly (readonly [string, string])[];
  /** As sent. */
  readonly rawQuery: string;
  readonly path?: string;
}

/** Payload 2.0. What is empty is absent. */
export function payloadV2(call: EventCall): object {
  return { ...requestV2(call), ...eventBody(call.body, call.exchange.headers['content-type']) };
}

/** The same without a body: what authorizers get too. */
export function requestV2(call: Omit<EventCall, 'body'>): object {
  const { exchange, routeKey, stage, apiId, authorizer } = call;
  const { headers, query, rawQuery, path = call.path } = call.seen ?? seenRequest(exchange, call.traceId);
  const { cookie, ...others } = headers;
  const cookies = cookie?.flatMap((one) => one.split(/; */)).filter((one) => one !== '');
  const parameters = joinedParameters(query);
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: rawQuery,
    ...(cookies && cookies.length > 0 ? { cookies } : {}),
    headers: Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values.join(',')])),
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: call.accountId,
      apiId,
      ...(authorizer ? { authorizer } : {}),
      domainName: domainName(exchange),
      domainPrefix: apiId,
      http: {
        method: exchange.method,
        path: call.path,
        protocol: `HTTP/${exchange.req.httpVersion}`,
        sourceIp: exchange.sourceIp,
        userAgent: exchange.headers['user-agent'] ?? '',
      },
      requestId: exchange.requestId,
      routeKey,
      stage,
      time: commonLogTime(exchange.now),
      timeEpoch: exchange.now,
    },
    ...(isEmpty(call.pathParameters) ? {} : { pathParameters: call.pathParameters }),
    ...(isEmpty(call.stageVariables) ? {} : { stageVariables: call.stageVariables }),
  };
}

function isEmpty(map: object | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** Belongs to one connection, not to the request or the answer. */
export function isHopByHop(header: string): boolean {
  return HOP_BY_HOP.has(header);
}

/** Headers in lower case with all their values, the platform's own among them, which cannot be forged; and the query. */
export function seenRequest(exchange: Exchange, traceId: string): SeenRequest {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(headerLists(exchange))) {
    if (!isHopByHop(name)) headers[name] = values;
  }
  headers['x-amzn-trace-id'] = [traceId];
  headers['x-forwarded-for'] = [exchange.sourceIp];
  headers['x-forwarded-port'] = [String(exchange.req.socket.localPort ?? '')];
  headers['x-forwarded-proto'] = ['http'];
  const rawQuery = queryOf(exchange.url);
  return { headers, rawQuery, query: rawQuery === '' ? [] : [...new URLSearchParams(rawQuery)] };
}

/** All values of each header. Over HTTP/2 Node has joined them already. */
export function headerLists(exchange: Exchange): Record<string, readonly string[]> {
  const distinct = exchange.req.headersDistinct as IncomingMessage['headersDistinct'] | undefined;
  if (distinct) return distinct as Record<string, string[]>;
  const own = Object.entries(exchange.headers).filter(([name]) => !name.startsWith(':'));
  return Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])));
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** Values of one name joined with commas, in order. */
function joinedParameters(query: SeenRequest['query']): Record<string, string> | undefined {
  if (query.length === 0) return undefined;
  const joined = new Map<string, string>();
  for (const [name, value] of query) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

export function domainName(exchange: Exchange): string {
  return (exchange.headers.host ?? '').replace(/:\d+$/, '');
}

/** `requestContext.authorizer.iam`. */
export function iamAuthorizer(principal: Principal): object {
  return {
    accessKey: principal.accessKeyId,
    accountId: principal.account,
    callerId: principal.userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.arn,
    userId: principal.userId,
  };
}

interface EventBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Text stays text when its media type says so and its bytes agree; everything else is base64. */
export function eventBody(body: Buffer, contentType: string | undefined): EventBody {
  if (body.length === 0) return { isBase64Encoded: false };
  if (isText(contentType) && isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false };
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function isText(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  return /^text\/|^application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))$/.test(type);
}
