import { type CheckRole, type FindRole, parseArn, trusts } from '../../model/index.ts';
import type { Identities } from './identities.ts';

/** Whether a service may assume a role: the role exists, and its trust policy names the service. */
export function createCheckRole(identities: Identities): CheckRole {
  return async (roleArn, service) => {
    const arn = parseArn(roleArn);
    const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const rights = arn?.service === 'iam' ? await identities.rights(arn.account, name) : undefined;
    if (!arn || !rights || rights.role.arn !== roleArn) return 'missing';
    const answer = trusts(rights.trust, {
      caller: { kind: 'service', service },
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: { 'aws:sourceaccount': arn.account },
    });
    return answer === 'yes' ? 'ok' : 'not-assumable';
  };
}

/** Roles as services/sts needs them. */
export function createFindRole(identities: Identities): FindRole {
  return async (account, name) => {
    const rights = await identities.rights(account, name);
    if (!rights) return undefined;
    const { id, arn, maxSessionSeconds } = rights.role;
    return { account, name, id, arn, maxSessionSeconds, trust: rights.trust };
  };
}
