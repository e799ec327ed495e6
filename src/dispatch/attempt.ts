import { type Clock, describe, isFailure, type StoredEvent, utf8 } from '../kernel/index.ts';
import {
  type AttemptResult,
  type Delivery,
  type Invoke,
  type MeterRecord,
  parseArn,
  type ResolveFunction,
} from '../model/index.ts';
import type { Subscription } from './matching.ts';
import { meterOf } from './run.ts';

export interface AttemptPorts {
  readonly execute: Invoke;
  readonly resolveFunction: ResolveFunction;
  readonly clock: Clock;
  /** How long one attempt waits for an environment before it counts as throttled, in ms. */
  readonly maxWaitMs: number;
}

export interface Attempted {
  readonly result: AttemptResult;
  readonly meter?: MeterRecord;
  /** For people: why it failed. */
  readonly error?: string;
}

/** Tries one delivery once. Never rejects: whatever goes wrong before the function runs counts as throttled and is tried again. */
export async function attempt(
  ports: AttemptPorts,
  delivery: Delivery,
  event: StoredEvent,
  subscription: Subscription,
): Promise<Attempted> {
  try {
    if (!(await subscription.permitted())) return dropped(`${subscription.subscriber} may not invoke ${delivery.target}`);
    const spec = await ports.resolveFunction({ account: delivery.account, region: delivery.region }, delivery.target);
    if (spec.reservedConcurrency === 0) return { result: { kind: 'zero-concurrency' }, error: 'reserved concurrency is 0' };
    const started = ports.clock.now();
    const call = {
      function: spec,
      requestId: delivery.id,
      payload: Buffer.from(subscription.payload()),
      invokedArn: subscription.invokedArn,
      logTail: false,
      maxWaitMs: ports.maxWaitMs,
      ...(subscription.traceId === undefined ? {} : { traceId: subscription.traceId }),
    };
    const outcome = await ports.execute(call);
    const meter = meterOf(call, outcome, 'async', started);
    if (outcome.functionError === undefined) return { result: { kind: 'success' }, meter };
    const errorType = outcome.report.errorType ?? 'Unhandled';
    return { result: { kind: 'function-error', errorType }, meter, error: utf8(outcome.payload).slice(0, 1024) };
  } catch (error) {
    return classify(error, event, delivery.target);
  }
}

function classify(error: unknown, event: StoredEvent, target: string): Attempted {
  const where = parseArn(target);
  if (isFailure(error, 'ResourceNotFoundException')) return dropped(`${where?.resource ?? target} does not exist`);
  const reason = isFailure(error) ? error.code : 'ServiceException';
  return { result: { kind: 'throttled', reason }, error: isFailure(error) ? error.message : `${event.id}: ${describe(error)}` };
}

function dropped(reason: string): Attempted {
  return { result: { kind: 'gone', reason }, error: reason };
}
