import type { AddPermissionRequest, AddPermissionResponse } from '@aws-sdk/client-lambda';
import { fail } from '../../kernel/index.ts';
import { conflict, invalidParameter, type Operation, permissionStatement, policyDocument, refArn } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { checkPolicyRevision, replacePolicy, storedStatements } from './function-policies.ts';
import { checkQualified, ownRef } from './lookup.ts';

const MOST_BYTES = 20_480;

/** AddPermission: one statement of the policy of a function, version or alias (spec/lambda-api.md §6). */
export function addPermission(lambda: Lambda): Operation<AddPermissionRequest, AddPermissionResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'AddPermission', input.FunctionName, input.Qualifier);
    if (ref.qualifier === '$LATEST') throw invalidParameter('We currently do not support adding policies for $LATEST.');
    const statement = permissionStatement(input, refArn(ref));
    await lambda.store.transact(async (tx) => {
      await checkQualified(tx, ref);
      await checkPolicyRevision(tx, ref, input.RevisionId);
      const before = await storedStatements(tx, ref);
      if (before.some(({ Sid }) => Sid === statement.Sid))
        throw conflict(
          `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      const statements = [...before, statement];
      if (Buffer.byteLength(JSON.stringify(policyDocument(statements))) > MOST_BYTES)
        throw fail('PolicyLengthExceededException', `The final policy size is bigger than the limit (${MOST_BYTES}).`, {
          fields: { Type: 'User' },
        });
      await replacePolicy(lambda, tx, ref, statements);
    });
    return { Statement: JSON.stringify(statement) };
  };
}
