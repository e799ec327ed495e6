import type { SetDefaultPolicyVersionRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policies, policyVersions } from './collections.ts';
import { accessDenied, policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { noSuchVersion, versionNumber } from './version-ids.ts';

/** SetDefaultPolicyVersion (spec/backends.md §11). */
export function setDefaultPolicyVersion(iam: Identities): Operation<SetDefaultPolicyVersionRequest, object> {
  return async (input, context) => {
    const { account } = context;
    const arn = input.PolicyArn!;
    if (awsManagedPolicy(arn)) throw accessDenied('iam:SetDefaultPolicyVersion', arn);
    await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, arn);
      const version = versionNumber(input.VersionId!);
      if (!(await tx.get(policyVersions, [account, policy.name, version]))) throw noSuchVersion(arn, input.VersionId!);
      await tx.put(policies, { ...policy, defaultVersion: version, updated: Math.floor(context.now / 1000) * 1000 });
    });
    return {};
  };
}
