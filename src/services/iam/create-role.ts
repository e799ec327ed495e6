import type { CreateRoleRequest, CreateRoleResponse } from '@aws-sdk/client-iam';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { parsePolicy } from '../../model/index.ts';
import { attachable } from './attachable.ts';
import { type Role, roles } from './collections.ts';
import { boundaryOf, describeRole } from './descriptions.ts';
import { checkTrustSize } from './found.ts';
import type { Identities } from './identities.ts';
import { newTags } from './tag-list.ts';

/** CreateRole (spec/backends.md §11). */
export function createRole(iam: Identities): Operation<CreateRoleRequest, CreateRoleResponse> {
  return async (input, context) => {
    const name = input.RoleName!;
    const path = input.Path ?? '/';
    parsePolicy(input.AssumeRolePolicyDocument!, 'trust');
    checkTrustSize(input.AssumeRolePolicyDocument!);
    const role = await iam.change(context.account, async (tx) => {
      const same = await tx.range(roles, { index: 'folded', prefix: [context.account, name.toLowerCase()], limit: 1 });
      if (same.items.length > 0) {
        throw fail('EntityAlreadyExists', `Role with name ${name} already exists.`, { status: 409 });
      }
      if (input.PermissionsBoundary !== undefined) await attachable(tx, context.account, input.PermissionsBoundary);
      const made: Role = {
        account: context.account,
        name,
        folded: name.toLowerCase(),
        id: `AROA${iam.ids.base32(17)}`,
        path,
        arn: `arn:aws:iam::${context.account}:role${path}${name}`,
        created: Math.floor(context.now / 1000) * 1000,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        maxSessionSeconds: input.MaxSessionDuration ?? 3600,
        trust: input.AssumeRolePolicyDocument!,
        ...(input.PermissionsBoundary === undefined ? {} : { boundary: input.PermissionsBoundary }),
        tags: newTags(input.Tags),
      };
      await tx.put(roles, made);
      return made;
    });
    const { MaxSessionDuration: _, ...described } = describeRole(role);
    return {
      Role: {
        ...described,
        ...(role.boundary === undefined ? {} : { PermissionsBoundary: boundaryOf(role.boundary) }),
        ...(role.tags.length === 0 ? {} : { Tags: [...role.tags] }),
      },
    };
  };
}
