import type { TagRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { withTags } from './tag-list.ts';

/** TagRole (spec/backends.md §11). */
export function tagRole(iam: Identities): Operation<TagRoleRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      await tx.put(roles, { ...role, tags: withTags(role.tags, input.Tags) });
    });
    return {};
  };
}
