import { type Authorize, type FindRole, type MayAct, parseArn } from '../../model/index.ts';

/** The port MayAct: what the role's own policies say, in its own account. */
export function createMayAct({ findRole, authorize }: { findRole: FindRole; authorize: Authorize }): MayAct {
  return async (roleArn, action, resource) => {
    const where = parseArn(roleArn);
    const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const role = where && (await findRole(where.account, name));
    if (!role || role.arn !== roleArn) return false;
    const owner = parseArn(resource)?.account || role.account;
    if (owner !== role.account) return false;
    const session = 'dalamb';
    const principal = {
      account: role.account,
      arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session}`,
      userId: `${role.id}:${session}`,
      accessKeyId: '',
      kind: 'role' as const,
      role: { name: role.name, id: role.id, arn: role.arn, session },
    };
    return (await authorize(principal, { action, resource, context: {}, resourceAccount: owner })).allowed;
  };
}
