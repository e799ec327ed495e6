import type { DeletePolicyVersionRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policyVersions } from './collections.ts';
import { accessDenied, deleteConflict, policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { noSuchVersion, versionNumber } from './version-ids.ts';

/** DeletePolicyVersion (spec/backends.md §11). */
export function deletePolicyVersion(iam: Identities): Operation<DeletePolicyVersionRequest, object> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    if (awsManagedPolicy(arn)) throw accessDenied('iam:DeletePolicyVersion', arn);
    await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, arn);
      const version = versionNumber(input.VersionId!);
      if (version === policy.defaultVersion) throw deleteConflict('Cannot delete the default version of a policy.');
      if (!(await tx.delete(policyVersions, [account, policy.name, version]))) throw noSuchVersion(arn, input.VersionId!);
    });
    return {};
  };
}
