import type { GetPolicyVersionRequest, GetPolicyVersionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policyVersions } from './collections.ts';
import { AWS_CREATED, encoded } from './descriptions.ts';
import { policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { describeVersion, noSuchVersion, versionNumber } from './version-ids.ts';

/** GetPolicyVersion (spec/backends.md §11). */
export function getPolicyVersion(iam: Identities): Operation<GetPolicyVersionRequest, GetPolicyVersionResponse> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    const aws = awsManagedPolicy(arn);
    if (aws && input.VersionId === 'v1') {
      return {
        PolicyVersion: { Document: encoded(aws.document), VersionId: 'v1', IsDefaultVersion: true, CreateDate: AWS_CREATED },
      };
    }
    if (aws) throw noSuchVersion(arn, input.VersionId!);
    const policy = await policyOf(iam.store.read, account, arn);
    const found = await iam.store.read.get(policyVersions, [account, policy.name, versionNumber(input.VersionId!)]);
    if (!found) throw noSuchVersion(arn, input.VersionId!);
    return { PolicyVersion: { ...describeVersion(policy, found), Document: encoded(found.document) } };
  };
}
