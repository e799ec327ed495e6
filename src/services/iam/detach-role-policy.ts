import type { DetachRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { attachments } from './collections.ts';
import { checkPolicyArn, noSuchEntity, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** DetachRolePolicy (spec/backends.md §11). */
export function detachRolePolicy(iam: Identities): Operation<DetachRolePolicyRequest, object> {
  return async (input, { account }) => {
    const policyArn = input.PolicyArn!;
    await iam.change(account, async (tx) => {
      await roleNamed(tx, account, input.RoleName!);
      checkPolicyArn(policyArn);
      if (!(await tx.delete(attachments, [account, input.RoleName!, policyArn]))) {
        throw noSuchEntity(`Policy ${policyArn} was not found.`);
      }
    });
    return {};
  };
}
