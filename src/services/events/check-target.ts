import type { Target } from '@aws-sdk/client-eventbridge';
import { compileInput, type EventRule, type EventTarget, parseArn, targetOf } from '../../model/index.ts';
import { invalid, notImplemented } from './refusals.ts';

/** Parameters of targets that are not carried to. */
const REFUSED = [
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const;

const CARRIED = new Set(['function', 'queue', 'topic', 'stream', 'bus', 'log-group']);

/** A target of PutTargets as it is kept. Throws ValidationException with AWS's texts, NotImplemented 501 for other kinds of targets. */
export function checkTarget(rule: EventRule, given: Target): EventTarget {
  const id = given.Id!;
  const arn = parseArn(given.Arn!);
  if (!arn) throw invalid(`Parameter ${given.Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  const target = targetOf(given.Arn!);
  if (!target || !CARRIED.has(target.kind)) throw notImplemented(`${id}: targets of the service ${arn.service}`);
  const refused = REFUSED.find((name) => given[name] !== undefined);
  if (refused) throw notImplemented(`${id}: ${refused}`);
  compileInput(id, given);
  if (target.kind === 'bus' && (given.Input ?? given.InputPath ?? given.InputTransformer) !== undefined) {
    throw notImplemented(`${id}: Input, InputPath or InputTransformer of an event bus`);
  }
  if (target.kind === 'queue' && arn.resource.endsWith('.fifo') && given.SqsParameters?.MessageGroupId === undefined) {
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  }
  if (target.kind === 'stream' && (given.RoleArn ?? rule.role) === undefined) {
    throw invalid(`RoleArn is required for target ${given.Arn}.`);
  }
  checkDeadLetters(id, given.DeadLetterConfig?.Arn);
  return kept(rule, given);
}

function checkDeadLetters(id: string, arn: string | undefined): void {
  if (arn === undefined) return;
  if (targetOf(arn)?.kind !== 'queue' || arn.endsWith('.fifo')) {
    throw invalid(
      `Parameter DeadLetterConfig.Arn for target ${id} is not valid. Reason: It must be the ARN of a standard SQS queue.`,
    );
  }
}

function kept(rule: EventRule, given: Target): EventTarget {
  const {
    Id,
    Arn,
    Input,
    InputPath,
    InputTransformer,
    RoleArn,
    RetryPolicy,
    DeadLetterConfig,
    SqsParameters,
    KinesisParameters,
  } = given;
  const said = { Input, InputPath, InputTransformer, RoleArn, RetryPolicy, DeadLetterConfig, SqsParameters, KinesisParameters };
  const defined = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { bus: rule.bus, rule: rule.name, id: Id!, arn: Arn!, ...defined };
}

/** A target as ListTargetsByRule shows it. */
export function shownTarget({ bus: _bus, rule: _rule, id, arn, ...said }: EventTarget): Target {
  return { Id: id, Arn: arn, ...(said as Omit<Target, 'Id' | 'Arn'>) };
}
