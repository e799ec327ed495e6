import { functionRef, invalidParameter, parseArn, type Target, targetOf } from '../../model/index.ts';
import { functions } from './collections.ts';
import type { Lambda } from './deps.ts';

const ACTIONS: Readonly<Record<string, { action: string; said: string }>> = {
  queue: { action: 'sqs:SendMessage', said: 'SendMessage on SQS' },
  topic: { action: 'sns:Publish', said: 'Publish on SNS' },
  bus: { action: 'events:PutEvents', said: 'PutEvents on EventBridge' },
  function: { action: 'lambda:InvokeFunction', said: 'Invoke on Lambda' },
  bucket: { action: 's3:PutObject', said: 'PutObject on S3' },
};

/** Throws unless a destination is there and the role may put into it (spec/lambda-api.md §8). */
export async function checkDestination(lambda: Lambda, role: string, arn: string): Promise<void> {
  const target = targetOf(arn);
  if (!target || !(await isThere(lambda, target))) throw invalidParameter(`The destination ARN ${arn} is invalid.`);
  await checkReach(lambda, role, target, `The function's execution role does not have permissions to call`);
}

/** The same of a dead-letter queue or topic, which AWS only asks for permission. */
export async function checkDeadLetter(lambda: Lambda, role: string, arn: string | undefined): Promise<void> {
  const target = arn === undefined ? undefined : targetOf(arn);
  if (target) await checkReach(lambda, role, target, 'The provided execution role does not have permissions to call');
}

async function checkReach(lambda: Lambda, role: string, target: Target, text: string): Promise<void> {
  const asked = ACTIONS[target.kind];
  if (!asked || !('arn' in target)) return;
  const resource = target.kind === 'bucket' ? `${target.arn}/*` : target.arn;
  if (!(await lambda.mayAct(role, asked.action, resource))) throw invalidParameter(`${text} ${asked.said}`);
}

async function isThere(lambda: Lambda, target: Target): Promise<boolean> {
  if (target.kind !== 'function') return lambda.findTarget(target);
  const { account = '', region = '' } = parseArn(target.arn) ?? {};
  const { name } = functionRef({ account, region }, target.arn);
  return (await lambda.store.read.get(functions, [account, region, name])) !== undefined;
}
