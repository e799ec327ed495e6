import type { AddPermissionCommandInput } from '@aws-sdk/client-sqs';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { changeQueue } from './change-queue.ts';
import type { SqsDeps } from './deps.ts';
import { type Document, documentOf, sidsOf, withPolicy } from './permissions.ts';
import { queueArn } from './queue.ts';
import { invalidValue, missingParameter } from './refusals.ts';

/** What AddPermission may allow; the operations that change a queue are its owner's alone. */
const ACTIONS = [
  '*',
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
];
const OWNERS = [
  'AddPermission',
  'CreateQueue',
  'DeleteQueue',
  'ListQueues',
  'RemovePermission',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
  'ListQueueTags',
];

/** AddPermission: one statement of the queue's policy. Throws InvalidParameterValue, MissingParameter, OverLimit. */
export function addPermission(deps: SqsDeps): Operation<AddPermissionCommandInput> {
  return async (input, context) => {
    const { Label: label = '', AWSAccountIds: accounts = [], Actions: actions = [] } = input;
    if (!/^[\w-]{1,80}$/.test(label))
      throw invalidValue(label, 'Label', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.');
    if (accounts.length === 0) throw missingParameter('PrincipalId');
    if (actions.length === 0) throw missingParameter('Actions');
    for (const account of accounts)
      if (!/^\d{12}$/.test(account)) throw invalidValue(`[${accounts.join(', ')}]`, 'PrincipalId', 'Unable to verify.');
    for (const action of actions) checkAction(action);
    await changeQueue(deps, { url: input.QueueUrl, context }, (queue) => {
      const arn = queueArn(queue);
      const document: Document = documentOf(queue) ?? { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
      if (sidsOf(document).includes(label)) throw invalidValue(label, 'Label', 'Already exists.');
      const principals = accounts.map((account) => `arn:aws:iam::${account}:root`);
      const names = actions.map((action) => `SQS:${action}`);
      const statement = { Sid: label, Effect: 'Allow', Principal: { AWS: only(principals) }, Action: only(names), Resource: arn };
      const all = [...[document.Statement].flat(), statement];
      if (all.length > 20)
        throw fail('OverLimit', `${all.length} statements were found, maximum allowed is 20.`, { status: 403 });
      return withPolicy(queue, { ...document, Statement: all }, context.now);
    });
    return {};
  };
}

function only(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0]! : values;
}

function checkAction(action: string): void {
  if (ACTIONS.includes(action)) return;
  const reason = OWNERS.includes(action)
    ? 'Only the queue owner is allowed to invoke this action.'
    : `Please refer to the appropriate WSDL for a list of valid actions.`;
  throw invalidValue(`SQS:${action}`, 'ActionName', reason);
}
