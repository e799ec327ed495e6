import type { ServiceTable } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { attachRolePolicy } from './attach-role-policy.ts';
import { createAccessKey } from './create-access-key.ts';
import { createPolicy } from './create-policy.ts';
import { createPolicyVersion } from './create-policy-version.ts';
import { createRole } from './create-role.ts';
import { createServiceLinkedRole } from './create-service-linked-role.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { deletePolicy } from './delete-policy.ts';
import { deletePolicyVersion } from './delete-policy-version.ts';
import { deleteRole } from './delete-role.ts';
import { deleteRolePermissionsBoundary } from './delete-role-permissions-boundary.ts';
import { deleteRolePolicy } from './delete-role-policy.ts';
import { detachRolePolicy } from './detach-role-policy.ts';
import { getPolicy } from './get-policy.ts';
import { getPolicyVersion } from './get-policy-version.ts';
import { getRole } from './get-role.ts';
import { getRolePolicy } from './get-role-policy.ts';
import { getUser } from './get-user.ts';
import type { Identities } from './identities.ts';
import { listAccessKeys } from './list-access-keys.ts';
import { listAccountAliases } from './list-account-aliases.ts';
import { listAttachedRolePolicies } from './list-attached-role-policies.ts';
import { listEntitiesForPolicy } from './list-entities-for-policy.ts';
import { listInstanceProfilesForRole } from './list-instance-profiles-for-role.ts';
import { listPolicies } from './list-policies.ts';
import { listPolicyTags } from './list-policy-tags.ts';
import { listPolicyVersions } from './list-policy-versions.ts';
import { listRolePolicies } from './list-role-policies.ts';
import { listRoleTags } from './list-role-tags.ts';
import { listRoles } from './list-roles.ts';
import { putRolePermissionsBoundary } from './put-role-permissions-boundary.ts';
import { putRolePolicy } from './put-role-policy.ts';
import { removeRoleFromInstanceProfile } from './remove-role-from-instance-profile.ts';
import { setDefaultPolicyVersion } from './set-default-policy-version.ts';
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts';
import { tagPolicy } from './tag-policy.ts';
import { tagRole } from './tag-role.ts';
import { untagPolicy } from './untag-policy.ts';
import { untagRole } from './untag-role.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';
import { updateRole } from './update-role.ts';
import { updateRoleDescription } from './update-role-description.ts';

export { createAuthorize } from './authorize.ts';
export { createCheckRole, createFindRole } from './check-role.ts';
export { schema } from './collections.ts';
export { createIdentities, type IamDeps, type Identities } from './identities.ts';
export { createMayAct } from './may-act.ts';
export { createFindStoredKey, type IssuedKey, issueAccessKey, keysOf, revokeAccessKey } from './stored-keys.ts';

/** IAM (spec/backends.md §11): roles, policies, and keys of the account. */
export function iamService(iam: Identities): ServiceTable {
  return {
    operations: {
      AttachRolePolicy: attachRolePolicy(iam),
      CreateAccessKey: createAccessKey(iam),
      CreatePolicyVersion: createPolicyVersion(iam),
      CreatePolicy: createPolicy(iam),
      CreateRole: createRole(iam),
      CreateServiceLinkedRole: createServiceLinkedRole(),
      DeleteAccessKey: deleteAccessKey(iam),
      DeletePolicyVersion: deletePolicyVersion(iam),
      DeletePolicy: deletePolicy(iam),
      DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary(iam),
      DeleteRolePolicy: deleteRolePolicy(iam),
      DeleteRole: deleteRole(iam),
      DetachRolePolicy: detachRolePolicy(iam),
      GetPolicyVersion: getPolicyVersion(iam),
      GetPolicy: getPolicy(iam),
      GetRolePolicy: getRolePolicy(iam),
      GetRole: getRole(iam),
      GetUser: getUser(),
      ListAccessKeys: listAccessKeys(iam),
      ListAccountAliases: listAccountAliases(),
      ListAttachedRolePolicies: listAttachedRolePolicies(iam),
      ListEntitiesForPolicy: listEntitiesForPolicy(iam),
      ListInstanceProfilesForRole: listInstanceProfilesForRole(iam),
      ListPolicies: listPolicies(iam),
      ListPolicyTags: listPolicyTags(iam),
      ListPolicyVersions: listPolicyVersions(iam),
      ListRolePolicies: listRolePolicies(iam),
      ListRoleTags: listRoleTags(iam),
      ListRoles: listRoles(iam),
      PutRolePermissionsBoundary: putRolePermissionsBoundary(iam),
      PutRolePolicy: putRolePolicy(iam),
      RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile(),
      SetDefaultPolicyVersion: setDefaultPolicyVersion(iam),
      SimulatePrincipalPolicy: simulatePrincipalPolicy(iam),
      TagPolicy: tagPolicy(iam),
      TagRole: tagRole(iam),
      UntagPolicy: untagPolicy(iam),
      UntagRole: untagRole(iam),
      UpdateAssumeRolePolicy: updateAssumeRolePolicy(iam),
      UpdateRoleDescription: updateRoleDescription(iam),
      UpdateRole: updateRole(iam),
    },
    access: accessOf,
  };
}
