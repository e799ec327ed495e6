import { isFailure, type Logger, platformFailure } from '../kernel/index.ts';
import type { Authorize, FindBucketCors, OperationContext, Principal, ServiceTable } from '../model/index.ts';
import type { Decoded, Match, ServiceName, Wire, WireResponse } from '../wire/index.ts';
import { send } from './answer.ts';
import { type Authentication, authenticate, isMessageLink } from './authenticate.ts';
import { allow } from './authorize.ts';
import type { Exchange } from './exchange.ts';
import { asFailure, notImplemented } from './refusals.ts';
import { corsOfBucket, type Grant } from './s3-cors.ts';
import { isVisit } from './visitors.ts';

export interface AwsDoor {
  readonly wire: Wire;
  readonly services: Partial<Record<ServiceName, ServiceTable>>;
  readonly auth: Authentication;
  readonly authorize: Authorize;
  readonly findBucketCors: FindBucketCors;
  /** The invocation that runs in an execution environment at this moment, if one does. */
  readonly invocationOf: (environment: string) => string | undefined;
  readonly logger: Logger;
}

/**
 * One call of an AWS operation: signature → match → strangers → who → operation → decode → may they → run → encode. Any step may
 * refuse; every refusal is written in the client’s form. Never rejects. Only what waits is awaited. Cost: bench/door.ts.
 */
export async function serveAws(door: AwsDoor, exchange: Exchange): Promise<void> {
  let match: Match | undefined;
  let grant: Grant | undefined;
  let response: WireResponse;
  try {
    const signature = door.wire.signature(exchange);
    const matched = door.wire.match(exchange);
    match = matched instanceof Promise ? await matched : matched;
    if (exchange.visitor === 'stranger') grant = await admitStranger(door, exchange, match);
    const principal = await authenticate(door.auth, exchange, signature, match);
    const table = operationOf(door, match);
    const read = door.wire.decode(exchange, match);
    const decoded = read instanceof Promise ? await read : read;
    const context = contextOf(door, exchange, { match, principal, decoded });
    const asked = table.access(match.operation, decoded.input, context);
    const requests = asked instanceof Promise ? await asked : asked;
    const allowed = allow(door.authorize, exchange, match, { principal, requests });
    if (allowed) await allowed;
    const output = await table.operations[match.operation]!(decoded.input as never, context);
    response = door.wire.encode(match, output as Record<string, unknown>, requestIdOf(exchange, match));
  } catch (error) {
    response = refuse(door, exchange, match, error);
  }
  if (match?.service === 's3') response.headers['content-security-policy'] = 'sandbox';
  if (grant) Object.assign(response.headers, grant.headers);
  const sent = send(exchange, response, door.logger);
  if (sent) await sent;
}

/** The error exit of every step. */
export function refuse(
  door: Pick<AwsDoor, 'wire' | 'logger'>,
  exchange: Exchange,
  match: Match | undefined,
  error: unknown,
): WireResponse {
  const failure = asFailure(error, exchange.requestId, door.logger);
  const response = door.wire.encodeError(match, failure, exchange.requestId, exchange);
  if (isFailure(failure)) Object.assign(response.headers, failure.headers);
  return response;
}

function operationOf(door: AwsDoor, match: Match): ServiceTable {
  const table = door.services[match.service];
  if (!table || !Object.hasOwn(table.operations, match.operation)) throw notImplemented(match);
  return table;
}

/** Pages of others reach S3 alone, but for the links of SNS's messages that somebody follows: with an Origin by the bucket's CORS rules, without one (links, images) as strangers. */
export async function admitStranger(door: AwsDoor, exchange: Exchange, match: Match): Promise<Grant | undefined> {
  if (isMessageLink(exchange, match) && isVisit(exchange.method, exchange.headers)) return undefined;
  if (match.service !== 's3' || exchange.headers.origin === 'null') throw platformFailure('ForeignOrigin');
  if (exchange.headers.origin === undefined) return undefined;
  const grant = await corsOfBucket(door.findBucketCors, exchange);
  if (!grant) throw platformFailure('ForeignOrigin', `no CORS rule of the bucket allows ${exchange.headers.origin}`);
  return grant;
}

export interface Known {
  readonly match: Match;
  readonly principal: Principal;
  readonly decoded: Decoded;
}

export function contextOf(door: AwsDoor, exchange: Exchange, known: Known): OperationContext {
  return new Context(exchange, known, causeOf(door, exchange, known.principal));
}

/** A class, for its getter: on an object of its own it would cost a closure a request. */
class Context implements OperationContext {
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly now: number;
  readonly sourceIp: string;
  readonly headers: OperationContext['headers'];
  readonly endpoint: string;
  readonly cause: string | undefined;
  readonly trailers: OperationContext['trailers'];
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, { principal, match, decoded }: Known, cause: string | undefined) {
    this.account = principal.account;
    this.region = match.region;
    this.principal = principal;
    this.requestId = requestIdOf(exchange, match);
    this.now = exchange.now;
    this.sourceIp = exchange.sourceIp;
    this.headers = exchange.headers;
    this.endpoint = exchange.endpoint;
    this.cause = cause;
    this.trailers = decoded.trailers;
    this.#exchange = exchange;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
}

function causeOf(door: AwsDoor, exchange: Exchange, principal: Principal): string | undefined {
  if (exchange.sandbox) return exchange.sandbox.invocation();
  return principal.environment === undefined ? undefined : door.invocationOf(principal.environment);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Callers of Lambda may choose the id themselves, if it is a UUID (spec/lambda-api.md §1). */
function requestIdOf(exchange: Exchange, match: Match): string {
  const chosen = exchange.headers['x-amzn-requestid'];
  return chosen !== undefined && match.service === 'lambda' && UUID.test(chosen) ? chosen : exchange.requestId;
}
