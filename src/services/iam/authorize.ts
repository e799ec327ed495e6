import {
  type AccessRequest,
  type Authorize,
  type Caller,
  compilePolicy,
  evaluate,
  type Policy,
  type Principal,
  parseArn,
  parsePolicy,
} from '../../model/index.ts';
import type { Identities } from './identities.ts';

/** IAM's decision on one request (DESIGN §4 "Who asked"). Warm it costs some µs and reads nothing from the store. */
export function createAuthorize(identities: Identities): Authorize {
  const compiled = policyMemory();
  return async (principal, request) => {
    const question = {
      caller: callerOf(principal),
      action: request.action,
      resource: request.resource,
      context: { ...principalKeys(principal, identities.clock.now()), ...request.context },
    };
    const resource = request.resourcePolicy === undefined ? undefined : compiled.parsed(request.resourcePolicy);
    if (resource === 'unreadable') return { allowed: false, reason: 'the resource-based policy cannot be read' };
    const session = principal.sessionPolicies?.map(compiled.text);
    const crossAccount = isForeign(principal, request);
    if (principal.kind !== 'role') return evaluate(question, { resource, session, crossAccount });
    const rights = await identities.rights(principal.account, principal.role!.name);
    if (!rights || rights.role.id !== principal.role!.id) {
      return { allowed: false, reason: `the role ${principal.role!.name} of these credentials does not exist any more` };
    }
    return evaluate(question, { identity: rights.identity, boundary: rights.boundary, session, resource, crossAccount });
  };
}

/** How policies name a principal. */
function callerOf(principal: Principal): Caller {
  const { account, arn } = principal;
  if (principal.kind === 'role') return { kind: 'role', account, arn, roleArn: principal.role!.arn, roleId: principal.role!.id };
  if (principal.kind === 'root') return { kind: 'root', account, arn };
  if (principal.kind === 'service') return { kind: 'service', service: arn };
  return { kind: 'anonymous' };
}

/** The condition keys that every request has, of the principal and the time. */
function principalKeys(principal: Principal, now: number): Record<string, string> {
  const common = { 'aws:currenttime': new Date(now).toISOString(), 'aws:epochtime': String(Math.floor(now / 1000)) };
  if (principal.kind === 'anonymous') return { ...common, 'aws:principaltype': 'Anonymous', 'aws:userid': 'anonymous' };
  if (principal.kind === 'service') {
    return { ...common, 'aws:principalisawsservice': 'true', 'aws:principalservicename': principal.arn };
  }
  const role = principal.kind === 'role';
  return {
    ...common,
    'aws:principalisawsservice': 'false',
    'aws:principalaccount': principal.account,
    'aws:principalarn': role ? principal.role!.arn : principal.arn,
    'aws:principaltype': role ? 'AssumedRole' : 'Account',
    'aws:userid': principal.userId,
  };
}

function isForeign(principal: Principal, request: AccessRequest): boolean {
  if (principal.kind === 'anonymous' || principal.kind === 'service') return false;
  const owner = request.resourceAccount ?? parseArn(request.resource)?.account;
  return owner !== undefined && owner !== '' && owner !== '*' && owner !== 'aws' && owner !== principal.account;
}

/** Compiled policies that come with requests: by object for parsed ones, by text (bounded) for session policies. */
function policyMemory() {
  const objects = new WeakMap<object, Policy | 'unreadable'>();
  const texts = new Map<string, Policy>();
  const read = (value: unknown): Policy | 'unreadable' => {
    try {
      return compilePolicy(value, 'resource');
    } catch {
      return 'unreadable';
    }
  };
  return {
    parsed(value: unknown): Policy | 'unreadable' {
      if (typeof value !== 'object' || value === null) return read(value);
      const known = objects.get(value) ?? read(value);
      objects.set(value, known);
      return known;
    },
    text(document: string): Policy {
      const known = texts.get(document) ?? parsePolicy(document, 'identity');
      if (texts.size >= 1000) texts.clear();
      texts.set(document, known);
      return known;
    },
  };
}
