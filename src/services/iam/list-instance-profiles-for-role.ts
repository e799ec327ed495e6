import type { ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** ListInstanceProfilesForRole: there are no machines to profile, so none; tools ask before they delete a role. */
export function listInstanceProfilesForRole(
  iam: Identities,
): Operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse> {
  return async (input, { account }) => {
    await roleNamed(iam.store.read, account, input.RoleName!);
    return { InstanceProfiles: [], IsTruncated: false };
  };
}
