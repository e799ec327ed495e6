import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import { fail } from '../../kernel/index.ts';
import {
  type KnownRole,
  type Operation,
  type OperationContext,
  type Principal,
  parseArn,
  parsePolicy,
  trusts,
} from '../../model/index.ts';
import type { StsDeps } from './deps.ts';
import { sealSession, sessionArn } from './session-tokens.ts';

/** Sessions made from a session of a role last at most an hour. */
const CHAINED_SECONDS = 3600;

/** AssumeRole (spec/backends.md §11): the trust policy decides; named only by its account, the caller needs its own policies' word too. */
export function assumeRole(deps: StsDeps): Operation<AssumeRoleRequest, AssumeRoleResponse> {
  return async (input, context) => {
    refuseUnkept(input);
    const roleArn = input.RoleArn!;
    const session = input.RoleSessionName!;
    const role = await named(deps, roleArn);
    await mayAssume(deps, role, input, context);
    const seconds = duration(input.DurationSeconds, role!, context.principal);
    const policies = input.Policy === undefined ? [] : [checkedPolicy(input.Policy)];
    const credentials = sealSession(
      deps,
      {
        account: role!.account,
        role: { name: role!.name, id: role!.id, arn: role!.arn, session },
        ...(policies.length > 0 ? { policies } : {}),
      },
      seconds * 1000,
    );
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(credentials.expiration),
      },
      AssumedRoleUser: { AssumedRoleId: `${role!.id}:${session}`, Arn: sessionArn(role!.account, { name: role!.name, session }) },
      ...(policies.length > 0 ? { PackedPolicySize: Math.ceil((policies.join('').length / 2048) * 100) } : {}),
    };
  };
}

function refuseUnkept(input: AssumeRoleRequest): void {
  const names = [
    'PolicyArns',
    'Tags',
    'TransitiveTagKeys',
    'SerialNumber',
    'TokenCode',
    'SourceIdentity',
    'ProvidedContexts',
  ] as const;
  const given = names.find((name) => input[name] !== undefined && !(Array.isArray(input[name]) && input[name].length === 0));
  if (given) throw fail('NotImplemented', `AssumeRole with ${given} is not implemented.`, { status: 501 });
}

async function named(deps: StsDeps, roleArn: string): Promise<KnownRole | undefined> {
  const arn = parseArn(roleArn);
  if (arn?.service !== 'iam' || !/^\d{12}$/.test(arn.account) || !/^role\/[!-~]+$/.test(arn.resource)) {
    throw fail('ValidationError', `${roleArn} is invalid`);
  }
  const role = await deps.findRole(arn.account, roleArn.slice(roleArn.lastIndexOf('/') + 1));
  return role?.arn === roleArn ? role : undefined;
}

/** A role that is not there is refused with the same words as one that does not trust. */
async function mayAssume(
  deps: StsDeps,
  role: KnownRole | undefined,
  input: AssumeRoleRequest,
  { principal, sourceIp }: OperationContext,
): Promise<void> {
  const context = {
    'aws:sourceip': sourceIp,
    'aws:principalaccount': principal.account,
    'aws:principalarn': principal.role?.arn ?? principal.arn,
    'aws:userid': principal.userId,
    'aws:currenttime': new Date(deps.clock.now()).toISOString(),
    'aws:epochtime': String(Math.floor(deps.clock.now() / 1000)),
    'sts:rolesessionname': input.RoleSessionName!,
    ...(input.ExternalId === undefined ? {} : { 'sts:externalid': input.ExternalId }),
  };
  const action = 'sts:AssumeRole';
  const resource = input.RoleArn!;
  const caller = principal.role
    ? {
        kind: 'role' as const,
        account: principal.account,
        arn: principal.arn,
        roleArn: principal.role.arn,
        roleId: principal.role.id,
      }
    : { kind: 'root' as const, account: principal.account, arn: principal.arn };
  const answer = role ? trusts(role.trust, { caller, action, resource, context }) : 'no';
  const sameAccount = role?.account === principal.account;
  const own = { allowed: false, ...(role && (await ownWord(deps, principal, { action, resource, context }))) };
  const denied = own.explicit === true || answer === 'denied' || answer === 'no';
  if (!denied && (own.allowed || (answer === 'yes' && sameAccount))) return;
  throw fail('AccessDenied', `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`, {
    status: 403,
  });
}

/** What the caller's own policies say, whoever owns the role. */
async function ownWord(
  deps: StsDeps,
  principal: Principal,
  request: { action: string; resource: string; context: Record<string, string> },
): Promise<{ allowed: boolean; explicit: boolean }> {
  const decision = await deps.authorize(principal, { ...request, resourceAccount: principal.account });
  return { allowed: decision.allowed, explicit: !decision.allowed && decision.reason.startsWith('with an explicit deny') };
}

function duration(given: number | undefined, role: KnownRole, principal: Principal): number {
  if (principal.role && (given ?? 0) > CHAINED_SECONDS) {
    throw fail(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if ((given ?? 0) > role.maxSessionSeconds) {
    throw fail('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return given ?? 3600;
}

function checkedPolicy(text: string): string {
  parsePolicy(text, 'identity');
  return text;
}
