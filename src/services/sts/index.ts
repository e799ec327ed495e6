import type { ServiceTable } from '../../model/index.ts';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import type { StsDeps } from './deps.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getSessionToken } from './get-session-token.ts';

export type { StsDeps } from './deps.ts';
export { createFindKey, type FindKeyDeps } from './find-key.ts';
export { createIssueCredentials } from './issue-credentials.ts';

/** STS (spec/backends.md §11). It keeps nothing: sessions carry what they mean. */
export function stsService(deps: StsDeps): ServiceTable {
  return {
    operations: {
      AssumeRole: assumeRole(deps),
      AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(),
      GetAccessKeyInfo: getAccessKeyInfo(deps),
      GetCallerIdentity: getCallerIdentity(),
      GetSessionToken: getSessionToken(deps),
    },
    // AssumeRole asks for itself, because the trust policy counts too; who may always call the others is as on AWS.
    access: (operation, _input, { principal }) =>
      operation === 'GetAccessKeyInfo'
        ? [{ action: 'sts:GetAccessKeyInfo', resource: '*', context: {}, resourceAccount: principal.account }]
        : [],
  };
}
