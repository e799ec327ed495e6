import { type Authorize, type FindResourcePolicy, type FindRole, type MayAct, parseArn } from '../../model/index.ts';

interface MayActPorts {
  readonly findRole: FindRole;
  readonly authorize: Authorize;
  readonly findResourcePolicy: FindResourcePolicy;
}

/** The port MayAct: what the role's own policies say; where the resource is of another account, its policy has to allow the role too. */
export function createMayAct({ findRole, authorize, findResourcePolicy }: MayActPorts): MayAct {
  return async (roleArn, action, resource, context = {}) => {
    const where = parseArn(roleArn);
    const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const role = where && (await findRole(where.account, name));
    if (!role || role.arn !== roleArn) return false;
    const owner = parseArn(resource)?.account || role.account;
    const resourcePolicy = owner === role.account ? undefined : await findResourcePolicy(resource);
    if (owner !== role.account && resourcePolicy === undefined) return false;
    const session = 'dalamb';
    const principal = {
      account: role.account,
      arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session}`,
      userId: `${role.id}:${session}`,
      accessKeyId: '',
      kind: 'role' as const,
      role: { name: role.name, id: role.id, arn: role.arn, session },
    };
    const request = {
      action,
      resource,
      context: { ...context, 'aws:securetransport': 'true' },
      resourceAccount: owner,
      resourcePolicy,
    };
    return (await authorize(principal, request)).allowed;
  };
}
