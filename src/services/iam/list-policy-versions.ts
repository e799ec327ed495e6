import type { ListPolicyVersionsRequest, ListPolicyVersionsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policyVersions } from './collections.ts';
import { AWS_CREATED } from './descriptions.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { describeVersion } from './version-ids.ts';
import { wholeRange } from './whole-range.ts';

/** ListPolicyVersions: newest first; there are never more than five, so one page holds them. */
export function listPolicyVersions(iam: Identities): Operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    if (awsManagedPolicy(arn)) {
      return { Versions: [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: AWS_CREATED }], IsTruncated: false };
    }
    const policy = await policyOf(iam.store.read, account, arn);
    const all = await wholeRange(iam.store.read, policyVersions, { prefix: [account, policy.name], reverse: true });
    return { Versions: all.map((version) => describeVersion(policy, version)), IsTruncated: false };
  };
}
