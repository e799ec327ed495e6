import type { UpdateRoleRequest, UpdateRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** UpdateRole (spec/backends.md §11). */
export function updateRole(iam: Identities): Operation<UpdateRoleRequest, UpdateRoleResponse> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      await tx.put(roles, {
        ...role,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        maxSessionSeconds: input.MaxSessionDuration ?? role.maxSessionSeconds,
      });
    });
    return {};
  };
}
