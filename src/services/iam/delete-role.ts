import type { DeleteRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { attachments, rolePolicies, roles } from './collections.ts';
import { deleteConflict, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** DeleteRole (spec/backends.md §11). */
export function deleteRole(iam: Identities): Operation<DeleteRoleRequest, object> {
  return async (input, { account }) => {
    const name = input.RoleName!;
    await iam.change(account, async (tx) => {
      await roleNamed(tx, account, name);
      if ((await tx.count(attachments, [account, name])) > 0) {
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      }
      if ((await tx.count(rolePolicies, [account, name])) > 0) {
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      }
      await tx.delete(roles, [account, name]);
    });
    return {};
  };
}
