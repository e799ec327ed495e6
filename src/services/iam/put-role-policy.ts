import type { PutRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { parsePolicy } from '../../model/index.ts';
import { rolePolicies } from './collections.ts';
import { limitExceeded, policySize, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';
import { wholeRange } from './whole-range.ts';

/** Characters of all inline policies of one role together. */
const LIMIT = 10_240;

/** PutRolePolicy (spec/backends.md §11). */
export function putRolePolicy(iam: Identities): Operation<PutRolePolicyRequest, object> {
  return async (input, { account }) => {
    const role = input.RoleName!;
    const name = input.PolicyName!;
    const document = input.PolicyDocument!;
    await iam.change(account, async (tx) => {
      await roleNamed(tx, account, role);
      parsePolicy(document, 'identity');
      const others = (await wholeRange(tx, rolePolicies, { prefix: [account, role] })).filter((policy) => policy.name !== name);
      const size = others.reduce((sum, policy) => sum + policySize(policy.document), policySize(document));
      if (size > LIMIT) throw limitExceeded(`Maximum policy size of ${LIMIT} bytes exceeded for role ${role}`);
      await tx.put(rolePolicies, { account, role, name, document });
    });
    return {};
  };
}
