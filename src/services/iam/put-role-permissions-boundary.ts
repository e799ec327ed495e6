import type { PutRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { attachable } from './attachable.ts';
import { roles } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** PutRolePermissionsBoundary (spec/backends.md §11). */
export function putRolePermissionsBoundary(iam: Identities): Operation<PutRolePermissionsBoundaryRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      await attachable(tx, account, input.PermissionsBoundary!);
      await tx.put(roles, { ...role, boundary: input.PermissionsBoundary! });
    });
    return {};
  };
}
