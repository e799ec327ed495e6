import { z } from 'zod';
import { type Ids, platformFailure, utf8 } from '../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  type InvokeResult,
  invokeBody,
  type Outcome,
  type ResolveFunction,
  type RoutedRequest,
  type Run,
} from '../model/index.ts';

export interface InvokeDeps {
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly ids: Ids;
  readonly maxWaitMs: number;
}

/** Runs a function now, for people: no IAM, no signature, the result as JSON. */
export function invokeRoute(deps: InvokeDeps): ControlRoute {
  return controlRoute({
    method: 'POST',
    path: '/functions/:name/invoke',
    summary: 'runs a function and answers its result; body: { payload, qualifier, tail }',
    body: invokeBody,
    answer: invokeResult,
    handle: (request) => invoke(deps, request),
  });
}

/** InvokeResult. */
const invokeResult = z.strictObject({
  requestId: z.string(),
  status: z.enum(['success', 'error', 'timeout']),
  version: z.string(),
  functionError: z.string().describe('Unhandled, when the function failed').optional(),
  payload: z.unknown().describe('what it answered: JSON, or text when it is none'),
  log: z.string().optional(),
  durationMs: z.number(),
  billedMs: z.number(),
  initMs: z.number().optional(),
  maxMemoryMiB: z.number(),
});

type InvokeRequest = RoutedRequest<{ readonly name: string }, unknown, z.output<typeof invokeBody>>;

async function invoke(deps: InvokeDeps, { params, body: asked, place }: InvokeRequest): Promise<InvokeResult> {
  const spec = await deps.resolveFunction(place, params.name, asked.qualifier);
  if (spec.account !== place.account) throw platformFailure('NoSuchThing', `${params.name} in account ${place.account}`);
  const outcome = await deps.run(
    {
      function: spec,
      requestId: deps.ids.uuid(),
      payload: Buffer.from(JSON.stringify(asked.payload ?? {})),
      contentType: 'application/json',
      invokedArn: asked.qualifier === undefined ? spec.arn : `${spec.arn}:${asked.qualifier}`,
      logTail: asked.tail,
      maxWaitMs: deps.maxWaitMs,
    },
    'sync',
  );
  return resultOf(outcome);
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
