import type { GetRolePolicyRequest, GetRolePolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { rolePolicies } from './collections.ts';
import { encoded } from './descriptions.ts';
import { noSuchEntity, roleNamed } from './found.ts';
import type { Identities } from './identities.ts';

/** GetRolePolicy (spec/backends.md §11). */
export function getRolePolicy(iam: Identities): Operation<GetRolePolicyRequest, GetRolePolicyResponse> {
  return async (input, { account }) => {
    const role = await roleNamed(iam.store.read, account, input.RoleName!);
    const policy = await iam.store.read.get(rolePolicies, [account, role.name, input.PolicyName!]);
    if (!policy) throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
    return { RoleName: role.name, PolicyName: policy.name, PolicyDocument: encoded(policy.document) };
  };
}
