import type { DeleteRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { rolePolicies } from './collections.ts';
import { noSuchEntity, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** DeleteRolePolicy (spec/backends.md §11). */
export function deleteRolePolicy(iam: Identities): Operation<DeleteRolePolicyRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      await roleNamed(tx, account, input.RoleName!);
      if (!(await tx.delete(rolePolicies, [account, input.RoleName!, input.PolicyName!]))) {
        throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
      }
    });
    return {};
  };
}
