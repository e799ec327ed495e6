import type { GetRoleRequest, GetRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { describeWholeRole } from './descriptions.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** GetRole (spec/backends.md §11). */
export function getRole(iam: Identities): Operation<GetRoleRequest, GetRoleResponse> {
  return async (input, { account }) => ({
    Role: describeWholeRole(await roleNamed(iam.store.read, account, input.RoleName!)),
  });
}
