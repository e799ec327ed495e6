import { hash } from 'node:crypto';
import { type Clock, isFailure } from '../kernel/index.ts';
import { compilePolicy, executeArn, type FunctionAuthorizer, type Outcome, type Policy, verdict } from '../model/index.ts';
import { type ApiCall, type ApiCaller, eventOf, expressionsOf, internalError, refusal, requestArn } from './http-api-call.ts';
import { callFunction, type FunctionDoor } from './http-api-functions.ts';
import { requestV1 } from './payload-v1.ts';
import { requestV2 } from './payload-v2.ts';

/** What an authorizer function said, and until when that counts (monotonic ms). */
interface Judgement {
  readonly until: number;
  readonly allowed?: boolean;
  readonly policy?: Policy;
  readonly context: Readonly<Record<string, unknown>>;
  readonly principalId?: string;
}

/** Judgements that are kept, by a hash of what they were about; bounded, the oldest goes first. */
export type Judgements = Map<string, Judgement>;

const MOST_KEPT = 5_000;
/** Larger answers are not kept: so many of them would fill the memory. */
const MOST_BYTES = 8 * 1024;
const TIMEOUT_MS = 30_000;

export interface JudgeDoor extends FunctionDoor {
  readonly judgements: Judgements;
  readonly clock: Clock;
}

/** A Lambda authorizer's word on a request (spec/event-sources.md §6.3). Refused with 401, 403, 500. */
export async function askJudge(door: JudgeDoor, call: ApiCall, authorizer: FunctionAuthorizer): Promise<ApiCaller> {
  const expressions = expressionsOf(call);
  const identity = authorizer.identitySource.map((source) => expressions(source.slice(1)) ?? '');
  if (identity.some((value) => value === '')) throw refusal(401, 'Unauthorized');
  const key = hash('sha256', JSON.stringify([call.api.id, call.stage.name, call.stage.authorizers, authorizer, identity]));
  const kept = authorizer.ttl > 0 ? door.judgements.get(key) : undefined;
  const judgement = kept && kept.until > door.clock.monotonic() ? kept : await judge(door, call, { authorizer, identity, key });
  if (!isAllowed(judgement, call)) throw refusal(403, 'Forbidden');
  const { context, principalId } = judgement;
  return { kind: 'function', context, ...(principalId !== undefined && { principalId }) };
}

function isAllowed({ allowed, policy }: Judgement, call: ApiCall): boolean {
  if (!policy) return allowed === true;
  const { sourceIp } = call.exchange;
  const question = { action: 'execute-api:Invoke', resource: requestArn(call), context: { 'aws:sourceip': sourceIp } };
  return verdict(policy, { caller: { kind: 'anonymous' }, ...question }) === 'allow';
}

interface Asked {
  readonly authorizer: FunctionAuthorizer;
  readonly identity: readonly string[];
  readonly key: string;
}

async function judge(door: JudgeDoor, call: ApiCall, { authorizer, identity, key }: Asked): Promise<Judgement> {
  const { api } = call;
  const outcome = await callFunction(door, call, {
    functionArn: authorizer.functionArn,
    sourceArn: executeArn(api, 'authorizers', authorizer.id),
    credentialsArn: authorizer.credentialsArn,
    requestId: door.ids.uuid(),
    event: authorizer.format === '2.0' ? eventV2(call, identity) : eventV1(call, identity),
    timeoutMs: TIMEOUT_MS,
  });
  const judgement = readJudgement(outcome, authorizer, door.clock.monotonic() + authorizer.ttl * 1000);
  door.judgements.delete(key);
  if (authorizer.ttl > 0 && outcome.payload.length <= MOST_BYTES) {
    if (door.judgements.size >= MOST_KEPT) door.judgements.delete(door.judgements.keys().next().value!);
    door.judgements.set(key, judgement);
  }
  return judgement;
}

function eventV2(call: ApiCall, identity: readonly string[]): object {
  const identitySource = identity.length > 0 ? identity : null;
  return { ...requestV2(eventOf(call)), type: 'REQUEST', routeArn: requestArn(call), identitySource };
}

function eventV1(call: ApiCall, identity: readonly string[]): object {
  const { multiValueHeaders: _, multiValueQueryStringParameters: __, ...request } = requestV1(call) as Record<string, unknown>;
  const source = identity.length > 0 ? identity.join(',') : null;
  return { ...request, type: 'REQUEST', methodArn: requestArn(call), identitySource: source, authorizationToken: source };
}

/** What cannot be understood is the function's fault: 500, as on AWS; `Unauthorized` is how a function says 401. */
function readJudgement(outcome: Outcome, { simple }: FunctionAuthorizer, until: number): Judgement {
  const result = parse(outcome.payload);
  if (outcome.functionError !== undefined)
    throw result?.errorMessage === 'Unauthorized' ? refusal(401, 'Unauthorized') : internalError();
  if (!result) throw internalError();
  const context = typeof result.context === 'object' && result.context !== null ? (result.context as Judgement['context']) : {};
  if (simple) {
    if (typeof result.isAuthorized !== 'boolean') throw internalError();
    return { until, allowed: result.isAuthorized, context };
  }
  const principalId = typeof result.principalId === 'string' ? { principalId: result.principalId } : {};
  return { until, policy: readPolicy(result.policyDocument), context, ...principalId };
}

function readPolicy(document: unknown): Policy {
  try {
    return compilePolicy(document, 'identity');
  } catch (error) {
    if (isFailure(error)) throw internalError();
    throw error;
  }
}

function parse(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
