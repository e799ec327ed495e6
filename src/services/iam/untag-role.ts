import type { UntagRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { roles } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { withoutTags } from './tag-list.ts';

/** UntagRole (spec/backends.md §11). */
export function untagRole(iam: Identities): Operation<UntagRoleRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const role = await roleNamed(tx, account, input.RoleName!);
      await tx.put(roles, { ...role, tags: withoutTags(role.tags, input.TagKeys ?? []) });
    });
    return {};
  };
}
