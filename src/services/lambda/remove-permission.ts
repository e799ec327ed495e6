import type { RemovePermissionRequest } from '@aws-sdk/client-lambda';
import { bareArn, notFound, type Operation } from '../../model/index.ts';
import { functions } from './collections.ts';
import type { Lambda } from './deps.ts';
import { checkPolicyRevision, replacePolicy, storedStatements } from './function-policies.ts';
import { checkQualified, ownRef } from './lookup.ts';

/** RemovePermission (spec/lambda-api.md §6). */
export function removePermission(lambda: Lambda): Operation<RemovePermissionRequest> {
  return async (input, context) => {
    const ref = ownRef(context, 'RemovePermission', input.FunctionName, input.Qualifier);
    await lambda.store.transact(async (tx) => {
      if (!(await tx.get(functions, [ref.account, ref.region, ref.name]))) throw notFound(`No policy found for: ${bareArn(ref)}`);
      await checkQualified(tx, ref);
      const before = await storedStatements(tx, ref);
      if (before.length === 0) throw notFound('No policy is associated with the given resource.');
      const after = before.filter(({ Sid }) => Sid !== input.StatementId);
      if (after.length === before.length) throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
      await checkPolicyRevision(tx, ref, input.RevisionId);
      await replacePolicy(lambda, tx, ref, after);
    });
    return {};
  };
}
