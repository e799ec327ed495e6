import { describe, isFailure, type Transaction } from '../kernel/index.ts';
import { afterTry, type Delivery, type NextStep, type Put, type TryResult } from '../model/index.ts';
import type { Tried } from './ledger.ts';
import { type GivenUp, idOf, type PutSubscription, type Subscription } from './subscription.ts';

/** Puts an event where it belongs, inside the transaction that records what came of it: exactly once, in the order of the events. */
export async function tryPut(
  tx: Transaction,
  put: Put,
  {
    delivery,
    subscription,
    permitted,
    now,
  }: { delivery: Delivery; subscription: PutSubscription; permitted: boolean; now: number },
): Promise<Tried> {
  const result: TryResult = permitted
    ? await putOnce(tx, put, delivery, subscription)
    : { kind: 'refused', reason: `${subscription.subscriber} may not reach ${subscription.target.arn}` };
  const tried: Delivery = { ...delivery, attempts: delivery.attempts + 1 };
  const step = afterTry(subscription.policy, { tries: tried.attempts, acceptedAt: delivery.acceptedAt, now }, result);
  return triedOf({ delivery: tried, subscription, step, now, put, error: result.kind === 'done' ? undefined : result.reason });
}

/** What becomes of a put that failed as none should: a defect, and perhaps not for ever. */
export function brokenPut(
  put: Put,
  { delivery, subscription, now }: { delivery: Delivery; subscription: PutSubscription; now: number },
  error: unknown,
): Tried {
  const tried: Delivery = { ...delivery, attempts: delivery.attempts + 1 };
  const reason = describe(error).slice(0, 1024);
  const state = { tries: tried.attempts, acceptedAt: delivery.acceptedAt, now };
  const step = afterTry(subscription.policy, state, { kind: 'busy', reason });
  return triedOf({ delivery: tried, subscription, step, now, put, error: reason });
}

/** The same record for anything that is retried by a RetryPolicy. */
export function triedOf(what: {
  readonly delivery: Delivery;
  readonly subscription: Subscription;
  readonly step: NextStep;
  readonly now: number;
  readonly put: Put;
  readonly error?: string | undefined;
}): Tried {
  const { delivery, step, now, error } = what;
  const endings = (tx: Transaction) => deadLetter(tx, what);
  const redrives = what.subscription.deadLetter !== undefined;
  return { delivery, step, now, ran: true, redrives, ...(error === undefined ? {} : { error }), endings };
}

/** Puts what was given up into its dead-letter target; answers where. */
export async function deadLetter(
  tx: Transaction,
  { delivery, subscription, step, now, put, error = '' }: Parameters<typeof triedOf>[0],
): Promise<string | undefined> {
  const { deadLetter: target } = subscription;
  if (!target || step.step !== 'end' || step.outcome === 'delivered') return undefined;
  const end: GivenUp = { reason: step.reason, error, attempts: delivery.attempts };
  const own = { id: idOf(`${delivery.id}\ndead-letter`), time: now, cause: delivery.id };
  const result = await attemptPut(async () => put(tx, target.target, { ...target.item(end), ...own }));
  return result.kind === 'done' ? target.target.arn : undefined;
}

function putOnce(tx: Transaction, put: Put, delivery: Delivery, { target, item, traceId }: PutSubscription): Promise<TryResult> {
  const { id, attempts, acceptedAt: time } = delivery;
  const traced = traceId === undefined ? {} : { traceId };
  return attemptPut(async () => put(tx, target, { ...traced, ...item(attempts + 1), id, time, cause: id }));
}

async function attemptPut(put: () => Promise<void>): Promise<TryResult> {
  try {
    await put();
    return { kind: 'done' };
  } catch (error) {
    if (!isFailure(error)) throw error;
    if (error.code === 'TargetBusy') return { kind: 'busy', reason: error.message };
    if (!error.code.startsWith('Target')) throw error;
    return { kind: 'refused', reason: error.message };
  }
}
