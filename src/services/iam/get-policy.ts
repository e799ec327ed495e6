import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { describeAwsPolicy, describePolicy } from './descriptions.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { policyUsage } from './policy-usage.ts';

/** GetPolicy (spec/backends.md §11). */
export function getPolicy(iam: Identities): Operation<GetPolicyRequest, GetPolicyResponse> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    const usage = await policyUsage(iam.store.read, account, arn);
    const aws = awsManagedPolicy(arn);
    if (aws) return { Policy: describeAwsPolicy(aws, usage.attached.length, usage.bounded.length) };
    const policy = await policyOf(iam.store.read, account, arn);
    return {
      Policy: {
        ...describePolicy(policy, usage.attached.length, usage.bounded.length),
        ...(policy.description === undefined ? {} : { Description: policy.description }),
      },
    };
  };
}
