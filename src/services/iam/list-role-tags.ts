import type { ListRoleTagsRequest, ListRoleTagsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';

/** ListRoleTags (spec/backends.md §11). */
export function listRoleTags(iam: Identities): Operation<ListRoleTagsRequest, ListRoleTagsResponse> {
  return async (input, { account }) => {
    const role = await roleNamed(iam.store.read, account, input.RoleName!);
    const sorted = role.tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(sorted, (tag) => tag.Key, input);
    return { Tags: [...items], ...page };
  };
}
