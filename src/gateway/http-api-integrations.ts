import { type Failure, isFailure } from '../kernel/index.ts';
import {
  type FunctionIntegration,
  type HttpIntegration,
  type HttpProxyIntegration,
  mapParameters,
  withStageVariables,
} from '../model/index.ts';
import { type ApiCall, eventOf, expressionsOf, internalError, refusal, routeArn, unavailable } from './http-api-call.ts';
import { callFunction, type FunctionDoor } from './http-api-functions.ts';
import { proxiedAnswer, proxyRequest } from './http-api-proxy.ts';
import type { Outgoing } from './outgoing.ts';
import { payloadV1 } from './payload-v1.ts';
import { payloadV2, type SeenRequest, seenRequest } from './payload-v2.ts';
import { resultAnswer, type UrlAnswer } from './url-answer.ts';

export interface IntegrationDoor extends FunctionDoor {
  readonly outgoing: Outgoing;
}

/** Bytes of a request or an answer that go through an API (spec/backends.md §12.1). */
export const MAX_API_PAYLOAD = 10 * 1024 * 1024;

/** Hands a request to its integration and reads the answer. Refused with 500, 503, 413 (spec/event-sources.md §6.1). */
export async function integrate(door: IntegrationDoor, call: ApiCall, body: Buffer): Promise<UrlAnswer> {
  const { integration } = call.route;
  if (!integration) {
    call.notes.integrationErrorMessage = `The route ${call.route.key} has no integration`;
    throw internalError();
  }
  const seen = mappedRequest(call, integration, body);
  const began = door.clock.monotonic();
  try {
    if (integration.kind === 'function') return await throughFunction(door, call, { integration, seen, body });
    return await throughProxy(door, call, { integration, seen, body });
  } finally {
    call.notes.integrationLatency = String(Math.round(door.clock.monotonic() - began));
    call.notes['integration.latency'] = call.notes.integrationLatency;
  }
}

/** The request as the integration is to see it. */
function mappedRequest(call: ApiCall, { requestParameters }: HttpIntegration, body: Buffer): SeenRequest {
  const seen = seenRequest(call.exchange, call.traceId);
  if (Object.keys(requestParameters).length === 0) return seen;
  const mapped = mapParameters(requestParameters, seen, expressionsOf(call, body));
  const rawQuery =
    mapped.query === seen.query ? seen.rawQuery : String(new URLSearchParams(mapped.query.map(([k, v]) => [k, v])));
  return { ...mapped, rawQuery };
}

interface Work<I> {
  readonly integration: I;
  readonly seen: SeenRequest;
  readonly body: Buffer;
}

async function throughFunction(door: IntegrationDoor, call: ApiCall, work: Work<FunctionIntegration>): Promise<UrlAnswer> {
  const { integration, seen, body } = work;
  const outcome = await callFunction(door, call, {
    functionArn: withStageVariables(integration.functionArn, call.stage.variables),
    sourceArn: routeArn(call),
    credentialsArn: integration.credentialsArn,
    requestId: call.exchange.requestId,
    event: integration.format === '2.0' ? payloadV2({ ...eventOf(call), body, seen }) : payloadV1(call, body, seen),
    timeoutMs: integration.timeoutMs,
  });
  const v2 = integration.format === '2.0';
  const answer = resultAnswer(outcome, { contentType: 'text/plain;charset=UTF-8', infer: v2, multiValue: !v2 });
  call.notes['integration.status'] = outcome.functionError === undefined ? '200' : '500';
  if (answer) return answer;
  call.notes.integrationErrorMessage = outcome.functionError
    ? 'The Lambda function returned an error'
    : 'The Lambda function returned an invalid response';
  throw internalError();
}

async function throughProxy(door: IntegrationDoor, call: ApiCall, work: Work<HttpProxyIntegration>): Promise<UrlAnswer> {
  const request = proxyRequest(call, work);
  if (!request) throw refusal(400, 'Bad Request');
  try {
    const answer = await door.outgoing.request({
      ...request,
      body: work.body,
      timeoutMs: work.integration.timeoutMs,
      maxBytes: MAX_API_PAYLOAD,
    });
    call.notes['integration.status'] = String(answer.status);
    return proxiedAnswer(answer, call.exchange.method);
  } catch (error) {
    throw isFailure(error) ? failed(call, error) : error;
  }
}

function failed(call: ApiCall, error: Failure): Failure {
  call.notes.integrationErrorMessage = error.message;
  return error.code === 'Unreachable' || error.code === 'OutgoingTimeout' ? unavailable() : internalError();
}
