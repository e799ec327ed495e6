import type { ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { attachments } from './collections.ts';
import { roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { policyKey } from './identities.ts';
import { pageOf } from './pages.ts';
import { wholeRange } from './whole-range.ts';

/** ListAttachedRolePolicies (spec/backends.md §11). */
export function listAttachedRolePolicies(
  iam: Identities,
): Operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse> {
  return async (input, { account }) => {
    const role = await roleNamed(iam.store.read, account, input.RoleName!);
    const all = await wholeRange(iam.store.read, attachments, { prefix: [account, role.name] });
    const attached = all
      .map(({ policyArn }) => ({ PolicyName: policyKey(policyArn)[1], PolicyArn: policyArn }))
      .filter(
        ({ PolicyArn }) => input.PathPrefix === undefined || PolicyArn.slice(PolicyArn.indexOf('/')).startsWith(input.PathPrefix),
      );
    const { items, ...page } = pageOf(attached, (policy) => policy.PolicyArn, input);
    return { AttachedPolicies: [...items], ...page };
  };
}
