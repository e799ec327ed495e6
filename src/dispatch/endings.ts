import { describe, isFailure, type Logger, type Transaction, utf8 } from '../kernel/index.ts';
import {
  type AsyncSettings,
  busConditions,
  type CountFunction,
  type Delivery,
  deadLetterAttributes,
  destinationRecord,
  type EndedInvocation,
  type Enqueue,
  errorMessageOf,
  type FunctionSpec,
  failureObjectKey,
  functionArn,
  type MayAct,
  type NextStep,
  type Put,
  type PutItem,
  type PutTarget,
  parseArn,
  resultEvent,
  type StoreObject,
  type Target,
  targetOf,
} from '../model/index.ts';
import type { Attempted } from './attempt.ts';
import { idOf } from './subscription.ts';

export interface EndingPorts {
  readonly put: Put;
  readonly enqueue: Enqueue;
  readonly mayAct: MayAct;
  readonly storeObject: StoreObject;
  readonly countFunction: CountFunction;
  readonly logger: Logger;
}

/** What the end of a delivery sets going; written in the transaction of the outcome. */
export interface Ending {
  /** ARN, for the outcome. */
  readonly to: string;
  /** Whether the event lives on there although its delivery failed. */
  readonly keeps: boolean;
  readonly write: (tx: Transaction) => Promise<void>;
  /** Counts that it did not get there. */
  readonly missed: () => void;
}

const ACTIONS: Readonly<Record<string, string>> = {
  queue: 'sqs:SendMessage',
  topic: 'sns:Publish',
  bus: 'events:PutEvents',
  function: 'lambda:InvokeFunction',
  bucket: 's3:PutObject',
};

const LONGEST: Readonly<Record<string, number>> = { queue: 1_048_576, topic: 262_144, bus: 262_144 };

export interface EndOfInvocation {
  readonly delivery: Delivery;
  readonly step: Extract<NextStep, { step: 'end' }>;
  readonly settings: AsyncSettings;
  readonly request: string;
  readonly attempted: Attempted;
  readonly now: number;
}

/**
 * Destinations and dead letters of an asynchronous invocation that ended (spec/invoke.md §5.1, §5.2), on behalf of the function's role.
 * What the role may not do, or what is not there, is said in the log and left out. Objects are stored here already.
 */
export async function endingsOf(ports: EndingPorts, end: EndOfInvocation): Promise<readonly Ending[]> {
  const { spec } = end.attempted;
  const { outcome } = end.step;
  if (!spec || outcome === 'dropped') return [];
  const succeeded = outcome === 'delivered';
  const destination = succeeded ? end.settings.onSuccess : end.settings.onFailure;
  const wanted = [
    ...(destination === undefined ? [] : [{ arn: destination, kind: 'destination' as const }]),
    ...(succeeded || spec.deadLetter === undefined ? [] : [{ arn: spec.deadLetter, kind: 'dead-letter' as const }]),
  ];
  const endings: Ending[] = [];
  for (const { arn, kind } of wanted) {
    const target = targetOf(arn);
    const missed = () =>
      ports.countFunction(end.delivery.target, kind === 'destination' ? 'DestinationDeliveryFailures' : 'DeadLetterErrors', 1);
    const may = target && (await permitted(ports, spec, target, succeeded));
    const made = may ? await endingFor(ports, { end, spec, target, arn, kind }) : undefined;
    if (made) endings.push({ ...made, keeps: !succeeded, missed });
    else missed();
  }
  return endings;
}

/** Writes endings; answers where a failed event lives on. One that is refused is said in the log and does not hold up the others. */
export async function writeEndings(tx: Transaction, endings: readonly Ending[], logger: Logger): Promise<string | undefined> {
  let kept: string | undefined;
  for (const ending of endings) {
    try {
      await ending.write(tx);
      if (ending.keeps) kept ??= ending.to;
    } catch (error) {
      if (!isFailure(error) || !error.code.startsWith('Target')) throw error;
      ending.missed();
      logger.warn('an event could not be passed on after its delivery ended', { to: ending.to, error: error.message });
    }
  }
  return kept;
}

async function permitted(ports: EndingPorts, spec: FunctionSpec, target: Target, succeeded: boolean): Promise<boolean> {
  const action = ACTIONS[target.kind];
  const arn = 'arn' in target ? target.arn : '';
  const about = target.kind === 'bus' ? busConditions(resultEvent(succeeded), false) : {};
  if (action && (await ports.mayAct(spec.role, action, target.kind === 'bucket' ? `${arn}/*` : arn, about))) return true;
  ports.logger.warn('the role of a function may not reach its destination', { role: spec.role, to: arn, action });
  return false;
}

interface Wanted {
  readonly end: EndOfInvocation;
  readonly spec: FunctionSpec;
  readonly target: Target;
  readonly arn: string;
  readonly kind: 'destination' | 'dead-letter';
}

async function endingFor(ports: EndingPorts, wanted: Wanted): Promise<Omit<Ending, 'keeps' | 'missed'> | undefined> {
  const { end, spec, target, arn, kind } = wanted;
  const ended = endedInvocation(end, spec);
  switch (target.kind) {
    case 'queue':
    case 'topic':
    case 'bus': {
      const item =
        kind === 'destination' ? destinationItem(wanted, ended) : { body: end.request, attributes: deadLetterAttributes(ended) };
      return { to: arn, write: (tx) => ports.put(tx, target as PutTarget, { ...common(wanted), ...item }) };
    }
    case 'function':
      return { to: arn, write: (tx) => ports.enqueue(tx, invocationOf(wanted, ended)) };
    case 'bucket': {
      const key = failureObjectKey(spec.name, end.now, end.delivery.id);
      const body = destinationRecord(ended, Number.POSITIVE_INFINITY);
      const object = { bucket: parseArn(arn)?.resource ?? '', key, body, contentType: 'application/json', owner: spec.account };
      try {
        await ports.storeObject({ ...object, region: spec.region, cause: end.delivery.id });
        return { to: arn, write: async () => {} };
      } catch (error) {
        ports.logger.warn('an event could not be kept in a bucket', { to: arn, error: describe(error) });
        return undefined;
      }
    }
    default:
      return undefined;
  }
}

function common({ end, spec, kind }: Wanted): Omit<PutItem, 'body'> {
  const { delivery, now } = end;
  const { traceId } = end.attempted.outcome ?? {};
  return {
    id: idOf(`${delivery.id}\n${kind}`),
    time: now,
    cause: delivery.id,
    caller: { role: spec.role },
    ...(traceId === undefined ? {} : { traceId }),
  };
}

function destinationItem({ end, target, arn }: Wanted, ended: EndedInvocation): Partial<PutItem> & { body: string } {
  const body = destinationRecord(ended, LONGEST[target.kind] ?? Number.POSITIVE_INFINITY);
  if (target.kind !== 'bus') return { body };
  return { body, ...resultEvent(end.step.outcome === 'delivered'), resources: [arn, ended.functionArn] };
}

/** An event of the account whose function it is, like any invocation that another account asks for. */
function invocationOf({ end, spec, arn }: Wanted, ended: EndedInvocation) {
  const { account, region } = parseArn(arn) ?? spec;
  return {
    account,
    region,
    requestId: idOf(`${end.delivery.id}\ndestination`),
    functionArn: arn,
    payload: destinationRecord(ended, LONGEST.queue!),
    time: end.now,
    cause: end.delivery.id,
  };
}

function endedInvocation({ delivery, step, attempted, request, now }: EndOfInvocation, spec: FunctionSpec): EndedInvocation {
  const { outcome, status, error } = attempted;
  const payload = outcome && utf8(outcome.payload);
  const qualifier = parseArn(delivery.target)?.resource.split(':')[2] ?? '$LATEST';
  return {
    requestId: delivery.id,
    functionArn: functionArn(spec.region, spec.account, spec.name, qualifier),
    condition: step.reason,
    attempts: delivery.attempts,
    request,
    ...(payload === undefined ? {} : { response: responseOf(outcome!, payload), errorMessage: errorMessageOf(payload) }),
    ...(payload === undefined && error !== undefined ? { errorMessage: error } : {}),
    ...(status === undefined ? {} : { status }),
    time: now,
  };
}

function responseOf(outcome: { executedVersion: string; functionError?: string }, payload: string) {
  const { executedVersion, functionError } = outcome;
  return { payload, executedVersion, ...(functionError === undefined ? {} : { functionError }) };
}
