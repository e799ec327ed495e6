import type { RemovePermissionCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { changeQueue } from './change-queue.ts';
import type { SqsDeps } from './deps.ts';
import { documentOf, withPolicy } from './permissions.ts';
import { invalidValue } from './refusals.ts';

/** RemovePermission: the statement with that label; the policy goes with its last. Throws InvalidParameterValue. */
export function removePermission(deps: SqsDeps): Operation<RemovePermissionCommandInput> {
  return async (input, context) => {
    await changeQueue(deps, { url: input.QueueUrl, context }, (queue) => {
      const document = documentOf(queue);
      const before = [document?.Statement ?? []].flat();
      const after = before.filter(({ Sid }) => Sid !== input.Label);
      if (!document || after.length === before.length)
        throw invalidValue(input.Label, 'Label', `can't find label on existing policy`);
      return withPolicy(queue, after.length === 0 ? undefined : { ...document, Statement: after }, context.now);
    });
    return {};
  };
}
