import { isUtf8 } from 'node:buffer';
import type { FunctionUrl, Principal } from '../model/index.ts';
import type { Exchange } from './exchange.ts';

/** What the event of a function URL is made from, besides the request. */
export interface UrlCall {
  readonly exchange: Exchange;
  readonly url: FunctionUrl;
  /** Path inside the function URL, as sent. */
  readonly path: string;
  readonly body: Buffer;
  readonly traceId: string;
  /** Set for AWS_IAM only. */
  readonly principal?: Principal;
}

/** Payload 2.0 as function URLs send it (spec/event-sources.md §6.1, §8). What is empty is absent. */
export function urlEvent(call: UrlCall): object {
  const { exchange, url, body } = call;
  const query = queryOf(exchange.url);
  const cookies = exchange.headers.cookie?.split(/; */).filter((cookie) => cookie !== '');
  const parameters = queryParameters(query);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: call.path,
    rawQueryString: query,
    ...(cookies && cookies.length > 0 ? { cookies } : {}),
    headers: eventHeaders(call),
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: call.principal?.account ?? 'anonymous',
      apiId: url.id,
      ...(call.principal ? { authorizer: { iam: iamAuthorizer(call.principal) } } : {}),
      domainName: domainName(exchange),
      domainPrefix: url.id,
      http: {
        method: exchange.method,
        path: call.path,
        protocol: `HTTP/${exchange.req.httpVersion}`,
        sourceIp: exchange.sourceIp,
        userAgent: exchange.headers['user-agent'] ?? '',
      },
      requestId: exchange.requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(exchange.now),
      timeEpoch: exchange.now,
    },
    ...bodyOf(body, exchange.headers['content-type']),
  };
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** Decoded; values of one name joined with commas, in order. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size === 0 ? undefined : Object.fromEntries(joined);
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

/** Lower case, repeated ones joined with commas; cookies have their own member. The platform's own headers cannot be forged. */
function eventHeaders(call: UrlCall): Record<string, string> {
  const { exchange } = call;
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(exchange.req.headersDistinct)) {
    if (values !== undefined && name !== 'cookie' && !HOP_BY_HOP.has(name)) headers[name] = values.join(',');
  }
  headers['x-amzn-trace-id'] = call.traceId;
  headers['x-forwarded-for'] = exchange.sourceIp;
  headers['x-forwarded-port'] = String(exchange.req.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
  return headers;
}

function domainName(exchange: Exchange): string {
  return (exchange.headers.host ?? '').replace(/:\d+$/, '');
}

function iamAuthorizer(principal: Principal): object {
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

/** Text stays text when its media type says so and its bytes agree; everything else is base64. */
function bodyOf(body: Buffer, contentType: string | undefined): object {
  if (body.length === 0) return { isBase64Encoded: false };
  if (isText(contentType) && isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false };
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function isText(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  return /^text\/|^application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))$/.test(type);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000`. */
export function commonLogTime(now: number): string {
  const iso = new Date(now).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
