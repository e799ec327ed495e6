import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { rolePolicies } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';
import { wholeRange } from './whole-range.ts';

/** ListRolePolicies (spec/backends.md §11). */
export function listRolePolicies(iam: Identities): Operation<ListRolePoliciesRequest, ListRolePoliciesResponse> {
  return async (input, { account }) => {
    const role = await roleNamed(iam.store.read, account, input.RoleName!);
    const all = await wholeRange(iam.store.read, rolePolicies, { prefix: [account, role.name] });
    const { items, ...page } = pageOf(all, (policy) => policy.name, input);
    return { PolicyNames: items.map((policy) => policy.name), ...page };
  };
}
