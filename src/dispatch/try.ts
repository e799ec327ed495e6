import type { StoredEvent } from '../kernel/index.ts';
import { afterAttempt, afterTry, type Delivery, type FindAsyncSettings } from '../model/index.ts';
import { type Attempted, type AttemptPorts, attempt } from './attempt.ts';
import { type EndingPorts, endingsOf, writeEndings } from './endings.ts';
import type { Tried } from './ledger.ts';
import { deadLetter, triedOf } from './puts.ts';
import type { FunctionSubscription, SendSubscription } from './subscription.ts';

export interface TryPorts extends AttemptPorts, EndingPorts {
  readonly asyncSettings: FindAsyncSettings;
}

const SEND_MS = 30_000;

/** Tries one delivery once, and decides what follows. Never rejects because of the target. */
export function tryOnce(
  ports: TryPorts,
  delivery: Delivery,
  event: StoredEvent,
  subscription: FunctionSubscription | SendSubscription,
): Promise<Tried> {
  return subscription.kind === 'function'
    ? tryFunction(ports, delivery, event, subscription)
    : trySend(ports, delivery, subscription);
}

async function tryFunction(
  ports: TryPorts,
  delivery: Delivery,
  event: StoredEvent,
  subscription: FunctionSubscription,
): Promise<Tried> {
  const attempted = await attempt(ports, delivery, event, subscription);
  const { result, meter, error } = attempted;
  const settings = await ports.asyncSettings(delivery.target);
  const now = ports.clock.now();
  const attempts = delivery.attempts + (meter ? 1 : 0);
  const throttles = result.kind === 'throttled' ? delivery.throttles + 1 : 0;
  const step = afterAttempt(settings, { attempts, throttles, acceptedAt: delivery.acceptedAt, now }, result);
  const tried = { ...delivery, attempts, throttles };
  const common = {
    delivery: tried,
    step,
    now,
    ran: meter !== undefined,
    ...(meter && { meter }),
    ...(error !== undefined && { error }),
  };
  if (step.step === 'retry') return common;
  if (!handedOver(attempted)) {
    const given = { delivery: tried, subscription, step, now, put: ports.put, error };
    return { ...common, redrives: subscription.deadLetter !== undefined, endings: (tx) => deadLetter(tx, given) };
  }
  if (step.outcome !== 'delivered') countLost(ports, delivery.target, result.kind);
  const end = { delivery: tried, step, settings, request: subscription.payload(Math.max(1, attempts)), attempted, now };
  const endings = await endingsOf(ports, end);
  const ended = { ...common, handedOver: true };
  return endings.length === 0 ? ended : { ...ended, endings: (tx) => writeEndings(tx, endings, ports.logger) };
}

function countLost({ countFunction }: TryPorts, target: string, kind: Attempted['result']['kind']): void {
  countFunction(target, kind === 'recursive' ? 'RecursiveInvocationsDropped' : 'AsyncEventsDropped', 1);
}

/** What never became an invocation is the subscriber's to keep (a rule's dead letters); all else is the function's. */
function handedOver({ result }: Attempted): boolean {
  return result.kind !== 'gone' && result.kind !== 'refused';
}

async function trySend(ports: TryPorts, delivery: Delivery, subscription: SendSubscription): Promise<Tried> {
  const sent = (await subscription.permitted())
    ? await subscription.send(AbortSignal.timeout(SEND_MS))
    : { ok: false as const, retry: false, reason: `${subscription.subscriber} may not reach ${subscription.to}` };
  const result = sent.ok
    ? ({ kind: 'done' } as const)
    : ({ kind: sent.retry ? 'busy' : 'refused', reason: sent.reason } as const);
  const now = ports.clock.now();
  const tried = { ...delivery, attempts: delivery.attempts + 1 };
  const step = afterTry(subscription.policy, { tries: tried.attempts, acceptedAt: delivery.acceptedAt, now }, result);
  return triedOf({ delivery: tried, subscription, step, now, put: ports.put, error: sent.ok ? undefined : sent.reason });
}
