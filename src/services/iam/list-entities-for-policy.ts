import type { ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { roles } from './collections.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';
import { policyUsage } from './policy-usage.ts';

/** ListEntitiesForPolicy (spec/backends.md §11). */
export function listEntitiesForPolicy(iam: Identities): Operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    if (!awsManagedPolicy(arn)) await policyOf(iam.store.read, account, arn);
    const { attached, bounded } = await policyUsage(iam.store.read, account, arn);
    const names = input.PolicyUsageFilter === 'PermissionsBoundary' ? bounded : attached;
    const wanted = input.EntityFilter === undefined || input.EntityFilter === 'Role' ? names.toSorted() : [];
    const found = await Promise.all(wanted.map((name) => iam.store.read.get(roles, [account, name])));
    const below = found.filter((role) => role?.path.startsWith(input.PathPrefix ?? '/')).map((role) => role!);
    const { items, ...page } = pageOf(below, (role) => role.name, input);
    return {
      PolicyGroups: [],
      PolicyUsers: [],
      PolicyRoles: items.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...page,
    };
  };
}
