import type { SimulatePolicyResponse, SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Decision, evaluate, parsePolicy } from '../../model/index.ts';
import { noSuchEntity } from './found.ts';
import type { Identities } from './identities.ts';

function decided(decision: Decision): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  if (decision.allowed) return 'allowed';
  return decision.reason.startsWith('with an explicit deny') ? 'explicitDeny' : 'implicitDeny';
}

function refuseUnkept(input: SimulatePrincipalPolicyRequest): void {
  const names = [
    'PermissionsBoundaryPolicyInputList',
    'ResourcePolicy',
    'ResourceOwner',
    'CallerArn',
    'ResourceHandlingOption',
  ] as const;
  const given = names.find((name) => input[name] !== undefined);
  if (given) throw fail('NotImplemented', `SimulatePrincipalPolicy with ${given} is not implemented.`, { status: 501 });
}

/** SimulatePrincipalPolicy (spec/backends.md §11). */
export function simulatePrincipalPolicy(iam: Identities): Operation<SimulatePrincipalPolicyRequest, SimulatePolicyResponse> {
  return async (input, { account }) => {
    refuseUnkept(input);
    const arn = input.PolicySourceArn!;
    const name = /^arn:aws:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
    const rights = name === undefined ? undefined : await iam.rights(account, name);
    if (!rights || rights.role.arn !== arn) throw noSuchEntity(`The role with ARN ${arn} cannot be found.`);
    const more = (input.PolicyInputList ?? []).map((text) => parsePolicy(text, 'identity'));
    const { role } = rights;
    const caller = { kind: 'role' as const, account, arn, roleArn: arn, roleId: role.id };
    const context = Object.fromEntries(
      (input.ContextEntries ?? []).map((entry) => [entry.ContextKeyName!.toLowerCase(), entry.ContextKeyValues ?? []]),
    );
    const results = input.ActionNames!.flatMap((action) =>
      (input.ResourceArns ?? ['*']).map((resource) => {
        const decision = evaluate(
          { caller, action, resource, context },
          { identity: [...rights.identity, ...more], boundary: rights.boundary },
        );
        return {
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: decided(decision),
          MatchedStatements: [],
          MissingContextValues: [],
        };
      }),
    );
    return { EvaluationResults: results, IsTruncated: false };
  };
}
