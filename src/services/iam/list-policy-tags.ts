import type { ListPolicyTagsRequest, ListPolicyTagsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';

/** ListPolicyTags (spec/backends.md §11). */
export function listPolicyTags(iam: Identities): Operation<ListPolicyTagsRequest, ListPolicyTagsResponse> {
  return async (input, { account }) => {
    if (awsManagedPolicy(input.PolicyArn!)) return { Tags: [], IsTruncated: false };
    const policy = await policyOf(iam.store.read, account, input.PolicyArn!);
    const sorted = policy.tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(sorted, (tag) => tag.Key, input);
    return { Tags: [...items], ...page };
  };
}
