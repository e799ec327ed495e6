import type { ListRolesRequest, ListRolesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { describeRole } from './descriptions.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';
import { wholeRange } from './whole-range.ts';

/** ListRoles (spec/backends.md §11). */
export function listRoles(iam: Identities): Operation<ListRolesRequest, ListRolesResponse> {
  return async (input, { account }) => {
    const all = await wholeRange(iam.store.read, roles, { prefix: [account] });
    const below = all.filter((role) => role.path.startsWith(input.PathPrefix ?? '/'));
    const { items, ...page } = pageOf(below, (role) => role.name, input);
    return { Roles: items.map(describeRole), ...page };
  };
}
