import type { TagPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { policies } from './collections.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { withTags } from './tag-list.ts';

/** TagPolicy (spec/backends.md §11). */
export function tagPolicy(iam: Identities): Operation<TagPolicyRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, input.PolicyArn!);
      await tx.put(policies, { ...policy, tags: withTags(policy.tags, input.Tags) });
    });
    return {};
  };
}
