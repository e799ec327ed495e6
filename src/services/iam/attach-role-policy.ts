import type { AttachRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { attachable } from './attachable.ts';
import { attachments } from './collections.ts';
import { limitExceeded, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** AWS's quota at most; 10 by default. */
const LIMIT = 20;

/** AttachRolePolicy (spec/backends.md §11). */
export function attachRolePolicy(iam: Identities): Operation<AttachRolePolicyRequest, object> {
  return async (input, { account }) => {
    const policyArn = input.PolicyArn!;
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      await attachable(tx, account, policyArn);
      const others = await tx.count(attachments, [account, role.name]);
      if (others >= LIMIT && !(await tx.get(attachments, [account, role.name, policyArn]))) {
        throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${LIMIT}`);
      }
      await tx.put(attachments, { account, role: role.name, policyArn });
    });
    return {};
  };
}
