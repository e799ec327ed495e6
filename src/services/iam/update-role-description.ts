import type { UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { describeRole } from './descriptions.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** UpdateRoleDescription (spec/backends.md §11). */
export function updateRoleDescription(iam: Identities): Operation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  return async (input, { account }) => {
    const role = await iam.change(account, async (tx) => {
      const changed = { ...(await roleNamed(tx, account, input.RoleName!)), description: input.Description! };
      await tx.put(roles, changed);
      return changed;
    });
    return { Role: describeRole(role) };
  };
}
