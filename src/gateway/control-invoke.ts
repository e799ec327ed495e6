import { type Ids, platformFailure, utf8 } from '../kernel/index.ts';
import type { ControlRequest, ControlRoute, InvokeRequest, InvokeResult, Outcome, ResolveFunction, Run } from '../model/index.ts';

export interface InvokeDeps {
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly ids: Ids;
  readonly maxWaitMs: number;
}

/** Runs a function now, for people: no IAM, no signature, the result as JSON. */
export function invokeRoute(deps: InvokeDeps): ControlRoute {
  return {
    method: 'POST',
    path: '/functions/:name/invoke',
    summary: 'runs a function and answers its result; body: { payload, qualifier, tail }',
    handle: (request) => invoke(deps, request),
  };
}

async function invoke(deps: InvokeDeps, { params, body, place }: ControlRequest): Promise<InvokeResult> {
  const asked = invokeRequest(body);
  const spec = await deps.resolveFunction(place, params.name!, asked.qualifier);
  if (spec.account !== place.account) throw platformFailure('NoSuchThing', `${params.name} in account ${place.account}`);
  const outcome = await deps.run(
    {
      function: spec,
      requestId: deps.ids.uuid(),
      payload: Buffer.from(JSON.stringify(asked.payload ?? {})),
      contentType: 'application/json',
      invokedArn: asked.qualifier === undefined ? spec.arn : `${spec.arn}:${asked.qualifier}`,
      logTail: asked.tail === true,
      maxWaitMs: deps.maxWaitMs,
    },
    'sync',
  );
  return resultOf(outcome);
}

/** Checks the body of an invoke; unknown members are refused by name. */
export function invokeRequest(body: unknown): InvokeRequest {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw platformFailure('InvalidRequest', 'the body is an object { payload, qualifier, tail }');
  const { payload, qualifier, tail, ...others } = body as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw platformFailure('InvalidRequest', `unknown member ${unknown}`);
  if (qualifier !== undefined && typeof qualifier !== 'string') throw platformFailure('InvalidRequest', 'qualifier is a text');
  if (tail !== undefined && typeof tail !== 'boolean') throw platformFailure('InvalidRequest', 'tail is true or false');
  return { payload, qualifier, tail };
}

function resultOf(outcome: Outcome): InvokeResult {
  const { report } = outcome;
  return {
    requestId: report.requestId,
    status: report.status,
    version: outcome.executedVersion,
    functionError: outcome.functionError,
    payload: jsonOrText(outcome.payload),
    log: outcome.logTail === undefined ? undefined : utf8(outcome.logTail),
    durationMs: report.durationMs,
    billedMs: report.billedMs,
    initMs: report.initMs,
    maxMemoryMiB: report.maxMemoryMiB,
  };
}

function jsonOrText(payload: Uint8Array): unknown {
  const text = utf8(payload);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
