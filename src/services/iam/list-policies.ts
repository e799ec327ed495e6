import type { ListPoliciesRequest, ListPoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicies } from './aws-policies.ts';
import { policies } from './collections.ts';
import { describeAwsPolicy, describePolicy } from './descriptions.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';
import { policyUsage } from './policy-usage.ts';
import { wholeRange } from './whole-range.ts';

type Usage = Awaited<ReturnType<typeof policyUsage>>;

const counted = <P, D>(usage: Usage, policy: P, describe: (policy: P, attached: number, bounded: number) => D): D =>
  describe(policy, usage.attached.length, usage.bounded.length);

/** ListPolicies (spec/backends.md §11). */
export function listPolicies(iam: Identities): Operation<ListPoliciesRequest, ListPoliciesResponse> {
  return async (input, { account }) => {
    const read = iam.store.read;
    const own = input.Scope === 'AWS' ? [] : await wholeRange(read, policies, { prefix: [account] });
    const aws = input.Scope === 'Local' ? [] : awsManagedPolicies();
    const described = [
      ...(await Promise.all(
        own.map(async (policy) => counted(await policyUsage(read, account, policy.arn), policy, describePolicy)),
      )),
      ...(await Promise.all(
        aws.map(async (policy) => counted(await policyUsage(read, account, policy.arn), policy, describeAwsPolicy)),
      )),
    ];
    const wanted = described.filter(
      (policy) =>
        policy.Path!.startsWith(input.PathPrefix ?? '/') &&
        (!input.OnlyAttached || policy.AttachmentCount! > 0) &&
        (input.PolicyUsageFilter !== 'PermissionsBoundary' || policy.PermissionsBoundaryUsageCount! > 0),
    );
    const sorted = wanted.toSorted((a, b) => (a.Arn! < b.Arn! ? -1 : 1));
    const { items, ...page } = pageOf(sorted, (policy) => policy.Arn!, input);
    return { Policies: [...items], ...page };
  };
}
