import { type Clock, describe, isFailure, type StoredEvent, utf8 } from '../kernel/index.ts';
import {
  type AttemptResult,
  type CountFunction,
  type Delivery,
  type FunctionSpec,
  type Invoke,
  type MeterRecord,
  type Outcome,
  parseArn,
  type ResolveFunction,
} from '../model/index.ts';
import { recurs } from './lineage.ts';
import { meterOf } from './run.ts';
import type { FunctionSubscription } from './subscription.ts';

export interface AttemptPorts {
  readonly execute: Invoke;
  readonly resolveFunction: ResolveFunction;
  readonly clock: Clock;
  readonly countFunction: CountFunction;
  /** How long one attempt waits for an environment before it counts as throttled, in ms. */
  readonly maxWaitMs: number;
}

export interface Attempted {
  readonly result: AttemptResult;
  readonly meter?: MeterRecord;
  /** For people: why it failed. */
  readonly error?: string;
  /** What was to run, when it was found; and what it answered, when it ran. */
  readonly spec?: FunctionSpec;
  readonly outcome?: Outcome;
  /** HTTP status of what kept it from running. */
  readonly status?: number;
}

/** Invokes once. Never rejects: whatever goes wrong before the function runs counts as throttled and is tried again. */
export async function attempt(
  ports: AttemptPorts,
  delivery: Delivery,
  event: StoredEvent,
  subscription: FunctionSubscription,
): Promise<Attempted> {
  let spec: FunctionSpec | undefined;
  try {
    if (!(await subscription.permitted())) return dropped(`${subscription.subscriber} may not invoke ${delivery.target}`);
    spec = await ports.resolveFunction({ account: delivery.account, region: delivery.region }, delivery.target);
    if (!spec.mayRecur && recurs(delivery.lineage, delivery.target))
      return { result: { kind: 'recursive' }, error: 'the function caused itself over and over', spec };
    if (spec.reservedConcurrency === 0)
      return { result: { kind: 'zero-concurrency' }, error: 'reserved concurrency is 0', spec, status: 429 };
    return await invoke(ports, delivery, subscription, spec);
  } catch (error) {
    return { ...classify(error, event, delivery.target), ...(spec && { spec }) };
  }
}

async function invoke(
  ports: AttemptPorts,
  delivery: Delivery,
  subscription: FunctionSubscription,
  spec: FunctionSpec,
): Promise<Attempted> {
  const started = ports.clock.now();
  const call = {
    function: spec,
    requestId: delivery.id,
    payload: Buffer.from(subscription.payload(delivery.attempts + 1)),
    invokedArn: subscription.invokedArn,
    logTail: false,
    maxWaitMs: ports.maxWaitMs,
    ...(subscription.traceId === undefined ? {} : { traceId: subscription.traceId }),
    ...(subscription.clientContext === undefined ? {} : { clientContext: subscription.clientContext }),
  };
  ports.countFunction(delivery.target, 'AsyncEventAge', Math.max(0, started - delivery.acceptedAt));
  const outcome = await ports.execute(call);
  const meter = meterOf(call, outcome, 'async', started);
  if (outcome.functionError === undefined) return { result: { kind: 'success' }, meter, spec, outcome };
  const errorType = outcome.report.errorType ?? 'Unhandled';
  return { result: { kind: 'function-error', errorType }, meter, error: utf8(outcome.payload).slice(0, 1024), spec, outcome };
}

function classify(error: unknown, event: StoredEvent, target: string): Attempted {
  const where = parseArn(target);
  if (isFailure(error, 'ResourceNotFoundException')) return dropped(`${where?.resource ?? target} does not exist`);
  if (isFailure(error, 'TargetInvalid')) return { result: { kind: 'refused', reason: error.message }, error: error.message };
  const reason = isFailure(error) ? error.code : 'ServiceException';
  return {
    result: { kind: 'throttled', reason },
    error: isFailure(error) ? error.message : `${event.id}: ${describe(error)}`,
    status: isFailure(error) ? error.status : 500,
  };
}

function dropped(reason: string): Attempted {
  return { result: { kind: 'gone', reason }, error: reason };
}
