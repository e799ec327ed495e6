import { busConditions, functionRef, invalidParameter, parseArn, resultEvent, type Target, targetOf } from '../../model/index.ts';
import { functions } from './collections.ts';
import type { Lambda } from './deps.ts';

const ACTIONS: Readonly<Record<string, { action: string; said: string }>> = {
  queue: { action: 'sqs:SendMessage', said: 'SendMessage on SQS' },
  topic: { action: 'sns:Publish', said: 'Publish on SNS' },
  bus: { action: 'events:PutEvents', said: 'PutEvents on EventBridge' },
  function: { action: 'lambda:InvokeFunction', said: 'Invoke on Lambda' },
  bucket: { action: 's3:PutObject', said: 'PutObject on S3' },
};

export interface Destination {
  readonly arn: string;
  /** Whether it gets results rather than failures. */
  readonly succeeded: boolean;
}

/** Throws unless a destination is there and the role may put into it (spec/lambda-api.md §8); of another account, the other way round. */
export async function checkDestination(lambda: Lambda, role: string, { arn, succeeded }: Destination): Promise<void> {
  const target = targetOf(arn);
  const invalid = () => invalidParameter(`The destination ARN ${arn} is invalid.`);
  if (!target) throw invalid();
  const { account = '' } = parseArn(role) ?? {};
  const conditions = target.kind === 'bus' ? busConditions(resultEvent(succeeded), false) : {};
  const text = `The function's execution role does not have permissions to call`;
  const mayReach = () => checkReach(lambda, role, { target, text, conditions });
  const foreign = (parseArn(arn)?.account || account) !== account;
  if (foreign) await mayReach();
  if (!(await isThere(lambda, target, account))) throw invalid();
  if (!foreign) await mayReach();
}

/** The same of a dead-letter queue or topic, which AWS only asks for permission. */
export async function checkDeadLetter(lambda: Lambda, role: string, arn: string | undefined): Promise<void> {
  const target = arn === undefined ? undefined : targetOf(arn);
  if (target) await checkReach(lambda, role, { target, text: 'The provided execution role does not have permissions to call' });
}

interface Reach {
  readonly target: Target;
  readonly text: string;
  readonly conditions?: Readonly<Record<string, string>>;
}

async function checkReach(lambda: Lambda, role: string, { target, text, conditions }: Reach): Promise<void> {
  const asked = ACTIONS[target.kind];
  if (!asked || !('arn' in target)) return;
  const resource = target.kind === 'bucket' ? `${target.arn}/*` : target.arn;
  if (!(await lambda.mayAct(role, asked.action, resource, conditions))) throw invalidParameter(`${text} ${asked.said}`);
}

async function isThere(lambda: Lambda, target: Target, asker: string): Promise<boolean> {
  if (target.kind !== 'function') return lambda.findTarget(target, asker);
  const { account = '', region = '' } = parseArn(target.arn) ?? {};
  const { name } = functionRef({ account, region }, target.arn);
  return (await lambda.store.read.get(functions, [account, region, name])) !== undefined;
}
