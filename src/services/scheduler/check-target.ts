import type { Target } from '@aws-sdk/client-scheduler';
import { parseArn, type ScheduleTarget, targetOf } from '../../model/index.ts';
import { invalid, notImplemented } from './refusals.ts';

const REFUSED = [
  'EcsParameters',
  'SageMakerPipelineParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
] as const;

const CARRIED = new Set(['function', 'queue', 'topic', 'stream', 'bus']);

/** The parameters that each kind of target has for itself. */
const OWN = { queue: 'SqsParameters', stream: 'KinesisParameters', bus: 'EventBridgeParameters' } as const;

/** A schedule's target as it is kept. Throws ValidationException, NotImplemented 501 for other kinds of targets. */
export function checkTarget(given: Target): ScheduleTarget {
  const arn = parseArn(given.Arn!);
  if (!arn) throw invalid('Provided Arn is not in correct format.');
  if (arn.service === 'scheduler') throw notImplemented(`Universal targets (${given.Arn})`);
  const refused = REFUSED.find((name) => given[name] !== undefined);
  if (refused) throw notImplemented(`Target.${refused}`);
  const kind = targetOf(given.Arn!)?.kind ?? '';
  if (!CARRIED.has(kind)) throw notImplemented(`Targets of the service ${arn.service}`);
  checkOwn(kind, given, arn.resource);
  checkInput(kind, given.Input);
  checkDeadLetters(given.DeadLetterConfig?.Arn);
  return kept(given);
}

function checkOwn(kind: string, given: Target, resource: string): void {
  for (const [of, name] of Object.entries(OWN)) {
    if (of !== kind && given[name] !== undefined) throw invalid(`${name} is not supported for target ${given.Arn}.`);
  }
  const needed = kind === 'queue' ? resource.endsWith('.fifo') : kind === 'stream' || kind === 'bus';
  const own = OWN[kind as keyof typeof OWN];
  if (needed && given[own] === undefined) throw invalid(`${own} is required for target ${given.Arn}.`);
}

/** Functions and buses take JSON; it is looked at with something in the place of each placeholder. */
function checkInput(kind: string, input: string | undefined): void {
  if (input === undefined || (kind !== 'function' && kind !== 'bus')) {
    if (kind === 'bus') throw invalid('Input is required for an event bus target.');
    return;
  }
  const value = parsed(input.replace(/<aws\.scheduler\.[a-z-]+>/g, '0'));
  const fits = kind === 'bus' ? typeof value === 'object' && value !== null && !Array.isArray(value) : value !== undefined;
  if (!fits) throw invalid('The Input you provide must be valid JSON.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkDeadLetters(arn: string | undefined): void {
  if (arn?.endsWith('.fifo')) throw invalid('The dead-letter queue must be a standard SQS queue.');
}

function kept(given: Target): ScheduleTarget {
  const { Arn, RoleArn, Input, RetryPolicy, DeadLetterConfig, SqsParameters, KinesisParameters, EventBridgeParameters } = given;
  const said = { Input, RetryPolicy, DeadLetterConfig, SqsParameters, KinesisParameters, EventBridgeParameters };
  const defined = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { Arn: Arn!, RoleArn: RoleArn!, ...defined };
}
