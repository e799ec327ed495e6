import type { UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { parsePolicy } from '../../model/index.ts';
import { roles } from './collections.ts';
import { checkTrustSize, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** UpdateAssumeRolePolicy (spec/backends.md §11). */
export function updateAssumeRolePolicy(iam: Identities): Operation<UpdateAssumeRolePolicyRequest, object> {
  return async (input, { account }) => {
    const trust = input.PolicyDocument!;
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      parsePolicy(trust, 'trust');
      checkTrustSize(trust);
      await tx.put(roles, { ...role, trust });
    });
    return {};
  };
}
