import { type Clock, fail, type Ids, isFailure, type Logger } from '../kernel/index.ts';
import type {
  Authorize,
  CountFunction,
  FindFunctionUrl,
  FunctionUrl,
  Outcome,
  Principal,
  ResolveFunction,
  Run,
} from '../model/index.ts';
import type { Match, Wire } from '../wire/index.ts';
import type { Authentication } from './authenticate.ts';
import type { Exchange } from './exchange.ts';
import { asFailure } from './refusals.ts';
import { signedCaller } from './signed-caller.ts';
import { traceOf } from './trace-ids.ts';
import { badGateway, MAX_URL_PAYLOAD, type UrlAnswer, urlAnswer } from './url-answer.ts';
import { isPreflight, urlPreflight, withOwnCors } from './url-cors.ts';
import { urlEvent } from './url-event.ts';
import { writeAnswer } from './write-answer.ts';

export interface UrlDoor {
  readonly wire: Wire;
  readonly auth: Authentication;
  readonly authorize: Authorize;
  readonly findFunctionUrl: FindFunctionUrl;
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly countFunction: CountFunction;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Ms that a call may wait for an environment. */
  readonly maxWaitMs: number;
}

/** Which function URL a request names; region is undefined in the path form. */
export interface UrlAddress {
  readonly id: string;
  readonly region?: string;
  /** Path inside the function URL, as sent. */
  readonly path: string;
}

/** One request to a function URL (spec/event-sources.md §8): find → preflight → may they → event → run → answer. Never rejects. */
export async function serveFunctionUrl(door: UrlDoor, exchange: Exchange, address: UrlAddress): Promise<void> {
  let answer: UrlAnswer;
  let url: FunctionUrl | undefined;
  const traceId = traceOf(exchange, door.ids);
  const began = door.clock.monotonic();
  try {
    url = await find(door, address);
    answer = await answerOf(door, { exchange, url, address, traceId });
  } catch (error) {
    answer = refusalOf(door, exchange, error);
  }
  const headers: Record<string, string | string[]> = {
    ...ownHeaders(answer.headers, exchange, url),
    'x-amzn-requestid': exchange.requestId,
    'x-amzn-trace-id': traceId,
  };
  // The path form shares the console's origin.
  if (address.region === undefined) headers['content-security-policy'] = 'sandbox';
  writeAnswer(exchange, { ...answer, headers });
  if (url) count(door, url, { status: answer.status, ms: door.clock.monotonic() - began });
}

/** The metrics of function URLs (spec/invoke.md §13); the latency is that of the answer's first byte. */
function count({ countFunction }: UrlDoor, { functionArn }: FunctionUrl, { status, ms }: { status: number; ms: number }): void {
  countFunction(functionArn, 'UrlRequestCount', 1);
  countFunction(functionArn, 'UrlRequestLatency', ms);
  countFunction(functionArn, 'Url4xxCount', status >= 400 && status < 500 ? 1 : 0);
  countFunction(functionArn, 'Url5xxCount', status >= 500 ? 1 : 0);
}

interface UrlRequest {
  readonly exchange: Exchange;
  readonly url: FunctionUrl;
  readonly address: UrlAddress;
  readonly traceId: string;
}

async function find(door: UrlDoor, address: UrlAddress): Promise<FunctionUrl> {
  const url = await door.findFunctionUrl(address.id);
  if (!url || (address.region !== undefined && address.region !== url.region)) throw forbidden();
  return url;
}

async function answerOf(door: UrlDoor, request: UrlRequest): Promise<UrlAnswer> {
  const { exchange, url } = request;
  if (url.cors && isPreflight(exchange.method, exchange.headers))
    return { status: 200, headers: urlPreflight(url.cors, exchange.headers), body: '' };
  if (url.invokeMode !== 'BUFFERED')
    throw fail('NotImplemented', 'Function URLs with InvokeMode RESPONSE_STREAM are not implemented by dalamb', { status: 501 });
  const length = Number(exchange.headers['content-length'] ?? 0);
  if (length > MAX_URL_PAYLOAD) throw tooLarge();
  const body = await exchange.whole(MAX_URL_PAYLOAD, tooLarge);
  const principal = await mayInvoke(door, request, body);
  return urlAnswer(await invoke(door, request, { body, principal }));
}

/** URLs are no operation of the model; as far as signatures and limits go they are Invoke. */
const asInvoke = (region: string): Match => ({ service: 'lambda', operation: 'Invoke', protocol: 'restJson1', region });

/** Undefined for AuthType NONE. The resource policy must allow even that. Rejects with AccessDeniedException. */
async function mayInvoke(door: UrlDoor, request: UrlRequest, body: Buffer): Promise<Principal | undefined> {
  const { exchange, url } = request;
  const principal = url.authType === 'NONE' ? stranger : await signer(door, request, body);
  const decision = await door.authorize(principal, {
    action: 'lambda:InvokeFunctionUrl',
    resource: url.functionArn,
    context: { 'lambda:functionurlauthtype': url.authType, 'aws:sourceip': exchange.sourceIp },
    resourcePolicy: url.policy,
  });
  if (!decision.allowed) throw forbidden();
  return url.authType === 'NONE' ? undefined : principal;
}

const stranger: Principal = { account: '', arn: '*', userId: 'anonymous', accessKeyId: '', kind: 'anonymous' };

async function signer(door: UrlDoor, { exchange, url }: UrlRequest, body: Buffer): Promise<Principal> {
  const caller = await signedCaller(door, { exchange, body }, asInvoke(url.region));
  if (!caller) throw forbidden();
  return caller;
}

interface Admitted {
  readonly body: Buffer;
  readonly principal: Principal | undefined;
}

async function invoke(door: UrlDoor, request: UrlRequest, admitted: Admitted): Promise<Outcome> {
  const { exchange, url, address, traceId } = request;
  const event = urlEvent({ exchange, url, path: address.path, traceId, ...admitted });
  const payload = Buffer.from(JSON.stringify(event));
  if (payload.length > MAX_URL_PAYLOAD) throw tooLarge();
  const spec = await door.resolveFunction(url, url.functionArn);
  return door.run(
    {
      function: spec,
      requestId: exchange.requestId,
      payload,
      contentType: 'application/json',
      invokedArn: url.functionArn,
      traceId,
      logTail: false,
      maxWaitMs: door.maxWaitMs,
    },
    'url',
  );
}

function tooLarge() {
  const text = `Request must be smaller than ${MAX_URL_PAYLOAD} bytes for the InvokeFunction operation`;
  return fail('RequestEntityTooLargeException', text, { status: 413 });
}

function forbidden() {
  const text =
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';
  return fail('AccessDeniedException', text, { status: 403 });
}

/** The error exit: what is the caller's fault in JSON, what is the function's or the platform's as AWS words it. */
function refusalOf(door: UrlDoor, exchange: Exchange, error: unknown): UrlAnswer {
  if (isFailure(error, 'ResourceNotFoundException')) return refusalOf(door, exchange, forbidden());
  const failure = asFailure(error, exchange.requestId, door.logger);
  if (failure.status === 501 || failure.status < 500) {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': failure.code };
    return { status: failure.status, headers, body: JSON.stringify({ Message: failure.message }) };
  }
  return { ...badGateway(), status: failure.status === 503 ? 503 : 502 };
}

/** Once a URL has CORS settings, only these count. */
function ownHeaders(
  headers: Record<string, string | string[]>,
  exchange: Exchange,
  url: FunctionUrl | undefined,
): Record<string, string | string[]> {
  if (!url?.cors || isPreflight(exchange.method, exchange.headers)) return headers;
  return withOwnCors(headers, url.cors, exchange.headers.origin);
}
