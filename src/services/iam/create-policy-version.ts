import type { CreatePolicyVersionRequest, CreatePolicyVersionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { checkedDocument } from './checked-document.ts';
import { policies, policyVersions } from './collections.ts';
import { accessDenied, limitExceeded, policyOf } from './found.ts';
import type { Identities } from './identities.ts';

const LIMIT = 5;

/** CreatePolicyVersion (spec/backends.md §11). */
export function createPolicyVersion(iam: Identities): Operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse> {
  return async (input, context) => {
    const { account } = context;
    const arn = input.PolicyArn!;
    if (awsManagedPolicy(arn)) throw accessDenied('iam:CreatePolicyVersion', arn);
    const created = Math.floor(context.now / 1000) * 1000;
    const version = await iam.change(account, async (tx) => {
      const policy = await policyOf(tx, account, arn);
      const document = checkedDocument(input.PolicyDocument!);
      if ((await tx.count(policyVersions, [account, policy.name])) >= LIMIT) {
        throw limitExceeded(
          `A managed policy can have up to ${LIMIT} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const next = policy.lastVersion + 1;
      await tx.put(policyVersions, { account, name: policy.name, version: next, document, created });
      const defaultVersion = input.SetAsDefault ? next : policy.defaultVersion;
      await tx.put(policies, { ...policy, lastVersion: next, defaultVersion, updated: created });
      return next;
    });
    return {
      PolicyVersion: { VersionId: `v${version}`, IsDefaultVersion: input.SetAsDefault ?? false, CreateDate: new Date(created) },
    };
  };
}
