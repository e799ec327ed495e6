import type { CreatePolicyRequest, CreatePolicyResponse } from '@aws-sdk/client-iam';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { checkedDocument } from './checked-document.ts';
import { type ManagedPolicy, policies, policyVersions } from './collections.ts';
import { describePolicy } from './descriptions.ts';
import type { Identities } from './identities.ts';
import { newTags } from './tag-list.ts';

/** CreatePolicy (spec/backends.md §11). */
export function createPolicy(iam: Identities): Operation<CreatePolicyRequest, CreatePolicyResponse> {
  return async (input, context) => {
    const name = input.PolicyName!;
    const path = input.Path ?? '/';
    const document = checkedDocument(input.PolicyDocument!);
    const created = Math.floor(context.now / 1000) * 1000;
    const { account } = context;
    const policy: ManagedPolicy = {
      account,
      name,
      folded: name.toLowerCase(),
      id: `ANPA${iam.ids.base32(17)}`,
      path,
      arn: `arn:aws:iam::${account}:policy${path}${name}`,
      created,
      updated: created,
      ...(input.Description === undefined ? {} : { description: input.Description }),
      defaultVersion: 1,
      lastVersion: 1,
      tags: newTags(input.Tags),
    };
    await iam.change(account, async (tx) => {
      const same = await tx.range(policies, { index: 'folded', prefix: [account, policy.folded], limit: 1 });
      if (same.items.length > 0) {
        throw fail('EntityAlreadyExists', `A policy called ${name} already exists. Duplicate names are not allowed.`, {
          status: 409,
        });
      }
      await tx.put(policies, policy);
      await tx.put(policyVersions, { account, name, version: 1, document, created });
    });
    return { Policy: describePolicy(policy, 0, 0) };
  };
}
