import type { UntagPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { policies } from './collections.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { withoutTags } from './tag-list.ts';

/** UntagPolicy (spec/backends.md §11). */
export function untagPolicy(iam: Identities): Operation<UntagPolicyRequest, object> {
  return async (input, { account }) => {
    await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, input.PolicyArn!);
      await tx.put(policies, { ...policy, tags: withoutTags(policy.tags, input.TagKeys ?? []) });
    });
    return {};
  };
}
