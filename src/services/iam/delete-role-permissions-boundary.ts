import type { DeleteRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { noSuchEntity, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** DeleteRolePermissionsBoundary (spec/backends.md §11). */
export function deleteRolePermissionsBoundary(iam: Identities): Operation<DeleteRolePermissionsBoundaryRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const { boundary, ...role } = await roleNamed(tx, account, input.RoleName!);
      if (boundary === undefined) throw noSuchEntity(`The role with name ${role.name} has no permissions boundary.`);
      await tx.put(roles, role);
    });
    return {};
  };
}
