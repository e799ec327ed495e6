import { type Clock, type Ids, isFailure, withDeadline } from '../kernel/index.ts';
import type { CheckRole, MayAct, MayInvoke, Outcome, ResolveFunction, Run } from '../model/index.ts';
import { type ApiCall, internalError, refusal, unavailable } from './http-api-call.ts';
import { MAX_URL_PAYLOAD } from './url-answer.ts';

/** What HTTP APIs need to call functions. */
export interface FunctionDoor {
  readonly mayInvoke: MayInvoke;
  readonly checkRole: CheckRole;
  readonly mayAct: MayAct;
  readonly resolveFunction: ResolveFunction;
  readonly run: Run;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Ms that a call may wait for an environment. */
  readonly maxWaitMs: number;
}

export interface FunctionCall {
  readonly functionArn: string;
  /** Whom the function's policy must allow, unless a role calls it. */
  readonly sourceArn: string;
  readonly credentialsArn?: string;
  readonly requestId: string;
  readonly event: object;
  readonly timeoutMs: number;
}

/**
 * Calls a function for an API (spec/event-sources.md §6.1, §17). Refused with 500 when its policy does not allow this route or it is not
 * there, with 413 when the event is too large for it, with 503 when it is throttled or does not answer in time.
 */
export async function callFunction(door: FunctionDoor, call: ApiCall, wanted: FunctionCall): Promise<Outcome> {
  const { api, notes, traceId } = call;
  const { functionArn, requestId, timeoutMs } = wanted;
  const payload = Buffer.from(JSON.stringify(wanted.event));
  if (payload.length > MAX_URL_PAYLOAD) throw refusal(413, 'Request Entity Too Large');
  const obstacle = await obstacleTo(door, api.account, wanted);
  if (obstacle !== undefined) {
    notes.integrationErrorMessage = obstacle;
    throw internalError();
  }
  try {
    const spec = await door.resolveFunction(api, functionArn);
    const running = door.run(
      {
        function: spec,
        requestId,
        payload,
        contentType: 'application/json',
        invokedArn: functionArn,
        traceId,
        logTail: false,
        maxWaitMs: Math.min(door.maxWaitMs, timeoutMs),
      },
      'url',
    );
    return await withDeadline(door.clock, timeoutMs, functionArn, running);
  } catch (error) {
    if (!isFailure(error)) throw error;
    notes.integrationErrorMessage = error.message;
    if (error.code === 'ResourceNotFoundException') throw internalError();
    if (error.status === 429 || error.status === 503 || error.status === 504) throw unavailable();
    throw error;
  }
}

const SERVICE = 'apigateway.amazonaws.com';

/** Why the API may not call the function; undefined: it may. */
async function obstacleTo(
  door: FunctionDoor,
  account: string,
  { functionArn, sourceArn, credentialsArn }: FunctionCall,
): Promise<string | undefined> {
  if (credentialsArn === undefined) {
    if (await door.mayInvoke(functionArn, { service: SERVICE, sourceArn, sourceAccount: account })) return undefined;
    return `The resource policy of ${functionArn} does not let ${SERVICE} invoke it for ${sourceArn}`;
  }
  if ((await door.checkRole(credentialsArn, SERVICE)) !== 'ok') return `${SERVICE} cannot assume ${credentialsArn}`;
  if (await door.mayAct(credentialsArn, 'lambda:InvokeFunction', functionArn)) return undefined;
  return `${credentialsArn} may not invoke ${functionArn}`;
}
