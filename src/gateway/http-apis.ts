import { isFailure, type Logger } from '../kernel/index.ts';
import type { FindHttpApi, FunctionUrlCors, HttpApi, HttpStage, WriteLog } from '../model/index.ts';
import type { Exchange } from './exchange.ts';
import { mappedAnswer, refusedAnswer } from './http-api-answers.ts';
import { type AuthorizeDoor, authorizeCall } from './http-api-authorize.ts';
import { type ApiCall, refusal } from './http-api-call.ts';
import { type IntegrationDoor, integrate, MAX_API_PAYLOAD } from './http-api-integrations.ts';
import { logAccess } from './http-api-log.ts';
import type { TakeToken } from './http-api-throttle.ts';
import { traceOf } from './trace-ids.ts';
import type { UrlAnswer } from './url-answer.ts';
import { isPreflight, urlPreflight, withOwnCors } from './url-cors.ts';
import { writeAnswer } from './write-answer.ts';

export interface HttpApiDoor extends AuthorizeDoor, IntegrationDoor {
  readonly findHttpApi: FindHttpApi;
  readonly takeToken: TakeToken;
  readonly writeLog?: WriteLog;
  readonly logger: Logger;
}

/** Which API a request names. In the path form, region is undefined and the stage is named. */
export interface ApiAddress {
  readonly id: string;
  readonly region?: string;
  readonly stage?: string;
  /** As sent; may begin with a stage's name when stage is undefined. */
  readonly path: string;
}

interface Served {
  readonly answer: UrlAnswer;
  readonly cors?: FunctionUrlCors;
  readonly call?: ApiCall;
}

/**
 * One request to an HTTP API (spec/event-sources.md §6): API → stage → preflight → route → throttle → authorizer → body → integration →
 * answer → log. Never rejects.
 */
export async function serveHttpApi(door: HttpApiDoor, exchange: Exchange, address: ApiAddress): Promise<void> {
  const { answer, cors, call } = await serve(door, exchange, address);
  const headers: Record<string, string | string[]> = {
    ...(cors && !isPreflight(exchange.method, exchange.headers)
      ? withOwnCors(answer.headers, cors, exchange.headers.origin)
      : answer.headers),
    'apigw-requestid': exchange.requestId,
  };
  // The path form shares the console's origin.
  if (address.region === undefined) headers['content-security-policy'] = 'sandbox';
  writeAnswer(exchange, { ...answer, headers });
  if (call) tell(door, call, answer);
}

async function serve(door: HttpApiDoor, exchange: Exchange, address: ApiAddress): Promise<Served> {
  let cors: FunctionUrlCors | undefined;
  let call: ApiCall | undefined;
  try {
    const found = await find(door, address);
    cors = found.deployment.cors;
    if (cors && isPreflight(exchange.method, exchange.headers))
      return { answer: { status: 204, headers: urlPreflight(cors, exchange.headers), body: '' }, cors };
    const match = found.deployment.match(exchange.method, found.path);
    if (!match) throw refusal(404, 'Not Found');
    call = { ...found, ...match, exchange, traceId: traceOf(exchange, door.ids), caller: { kind: 'none' }, notes: {} };
    return { answer: await answerOf(door, call), cors, call };
  } catch (error) {
    const answer = refusedAnswer(error, exchange.requestId, door.logger);
    if (call && isFailure(error)) call.notes['error.message'] ??= JSON.parse(answer.body.toString()).message;
    return { answer, cors, call };
  }
}

type Found = Pick<ApiCall, 'api' | 'stage' | 'deployment' | 'path'>;

/** Which stage serves a path: the one that its first segment names, else `$default`. Refused with 404. */
async function find(door: HttpApiDoor, address: ApiAddress): Promise<Found> {
  const api = await door.findHttpApi(address.id);
  if (!api || (address.region !== undefined && address.region !== api.region)) throw refusal(404, 'Not Found');
  const { stage, path } = stageOf(api, address);
  if (!stage?.deployment?.open) throw refusal(404, 'Not Found');
  return { api, stage, deployment: stage.deployment, path };
}

function stageOf({ stages }: HttpApi, { stage, path }: ApiAddress): { stage: HttpStage | undefined; path: string } {
  if (stage !== undefined) return { stage: stages.get(stage), path };
  const [, first = ''] = path.split('/', 2);
  const named = first === '$default' ? undefined : stages.get(first);
  return named ? { stage: named, path: path.slice(first.length + 1) || '/' } : { stage: stages.get('$default'), path };
}

async function answerOf(door: HttpApiDoor, call: ApiCall): Promise<UrlAnswer> {
  const { exchange, api, stage, route } = call;
  const limits = stage.throttle(route.key);
  if (limits && !door.takeToken(`${api.id}\n${stage.name}\n${route.key}`, limits)) throw refusal(429, 'Too Many Requests');
  let read: Promise<Buffer> | undefined;
  const readBody = () => {
    read ??= wholeBody(exchange);
    return read;
  };
  call.caller = await authorizeCall(door, call, readBody);
  return mappedAnswer(call, await integrate(door, call, await readBody()));
}

function wholeBody(exchange: Exchange): Promise<Buffer> {
  const tooLarge = () => refusal(413, 'Request Entity Too Large');
  if (Number(exchange.headers['content-length'] ?? 0) > MAX_API_PAYLOAD) return Promise.reject(tooLarge());
  return exchange.whole(MAX_API_PAYLOAD, tooLarge);
}

function tell(door: HttpApiDoor, call: ApiCall, answer: UrlAnswer): void {
  if (!call.stage.accessLog) return;
  const { notes } = call;
  notes.status = String(answer.status);
  notes.responseLength = String(Buffer.byteLength(answer.body));
  notes.responseLatency = String(Math.max(0, door.clock.now() - call.exchange.now));
  notes.integrationStatus = notes['integration.status'] ?? '-';
  notes['integration.error'] = notes.integrationErrorMessage ?? '-';
  notes['error.messageString'] = JSON.stringify(notes['error.message'] ?? '');
  logAccess(door.writeLog, call);
}
