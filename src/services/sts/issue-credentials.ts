import { fail } from '../../kernel/index.ts';
import { type FindRole, type IssueCredentials, parseArn, trusts } from '../../model/index.ts';
import { sealSession, type TokenDeps } from './session-tokens.ts';

/** As long as an environment may live at most; it is ended before. */
const DURATION_MS = 12 * 60 * 60 * 1000;

/**
 * Credentials of a function's role for one environment: session name is the function's name, as on AWS (spec/backends.md §11). Rejects with
 * InvalidParameterValueException 400 when the role is gone or does not trust Lambda any more.
 */
export function createIssueCredentials(deps: TokenDeps & { readonly findRole: FindRole }): IssueCredentials {
  return async (spec, environment) => {
    const arn = parseArn(spec.role);
    const name = spec.role.slice(spec.role.lastIndexOf('/') + 1);
    const role = arn?.service === 'iam' ? await deps.findRole(arn.account, name) : undefined;
    const trusted =
      role?.arn === spec.role &&
      trusts(role.trust, {
        caller: { kind: 'service', service: 'lambda.amazonaws.com' },
        action: 'sts:AssumeRole',
        resource: spec.role,
        context: { 'aws:sourceaccount': spec.account, 'aws:sourcearn': spec.arn },
      }) === 'yes';
    if (!role || !trusted) {
      throw fail('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.', {
        fields: { Type: 'User' },
      });
    }
    const session = { name: role.name, id: role.id, arn: role.arn, session: spec.name };
    return sealSession(deps, { account: role.account, role: session, environment }, DURATION_MS);
  };
}
