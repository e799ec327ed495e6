import type { DeletePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policies, policyVersions } from './collections.ts';
import { accessDenied, deleteConflict, policyOf } from './found.ts';
import type { Identities } from './identities.ts';
import { policyUsage } from './policy-usage.ts';
import { wholeRange } from './whole-range.ts';

/** DeletePolicy (spec/backends.md §11). */
export function deletePolicy(iam: Identities): Operation<DeletePolicyRequest, object> {
  return async (input, { account }) => {
    const arn = input.PolicyArn!;
    if (awsManagedPolicy(arn)) throw accessDenied('iam:DeletePolicy', arn);
    await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, arn);
      const usage = await policyUsage(tx, account, arn);
      if (usage.attached.length + usage.bounded.length > 0) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      const versions = await wholeRange(tx, policyVersions, { prefix: [account, policy.name] });
      if (versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      for (const { version } of versions) await tx.delete(policyVersions, [account, policy.name, version]);
      await tx.delete(policies, [account, policy.name]);
    });
    return {};
  };
}
