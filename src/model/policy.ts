import type { Decision } from './access.ts';
import { type Lookup, matchesArn, matchesGlob } from './globs.ts';
import { holds } from './policy-conditions.ts';
import type { Policy, Principals, Statement } from './policy-document.ts';

/** Who asks, as policies name them. */
export type Caller =
  | { readonly kind: 'root'; readonly account: string; readonly arn: string }
  | { readonly kind: 'role'; readonly account: string; readonly arn: string; readonly roleArn: string; readonly roleId: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'anonymous' };

/** One question. Condition keys in lower case; resource is an ARN or `*`. */
export interface Question {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Everything that may have a say. identity undefined: the caller needs none (root); boundary and session only narrow. */
export interface Policies {
  readonly identity?: readonly Policy[];
  readonly boundary?: Policy;
  readonly session?: readonly Policy[];
  readonly resource?: Policy;
  /** The resource belongs to another account, so that both sides must allow. */
  readonly crossAccount?: boolean;
}

/** How a resource policy's allow names the caller; decides what else must allow. */
type Named = 'none' | 'account' | 'role' | 'caller';

/** What one policy says of a question. Deny wins within it. */
export type Verdict = 'deny' | 'allow' | 'none';

const ALLOWED: Decision = { allowed: true, reason: 'allowed' };

/** IAM's evaluation: explicit deny, then what must allow, by kind of policy. Reasons as in AWS's messages (spec/backends.md §1.2). */
export function evaluate(question: Question, policies: Policies): Decision {
  const asked = ask(question);
  const { identity, boundary, session, resource } = policies;
  const denied = (kind: string): Decision => ({ allowed: false, reason: `with an explicit deny in ${kind} policy` });
  if (identity?.some((policy) => verdictOf(policy, asked) === 'deny')) return denied('an identity-based');
  if (session?.some((policy) => verdictOf(policy, asked) === 'deny')) return denied('a session');
  if (resource && verdictOf(resource, asked) === 'deny') return denied('a resource-based');
  if (boundary && verdictOf(boundary, asked) === 'deny') {
    return { allowed: false, reason: 'with an explicit deny in a permissions boundary' };
  }
  const named = resource ? namedBy(resource, asked) : 'none';
  if (policies.crossAccount && named === 'none') return refused('resource-based policy', question);
  const direct = !policies.crossAccount && (named === 'caller' || named === 'role');
  if (named === 'caller' && direct) return ALLOWED;
  if (!direct && identity && !identity.some((policy) => verdictOf(policy, asked) === 'allow')) {
    return refused('identity-based policy', question);
  }
  if (!direct && !identity && question.caller.kind !== 'root') return refused('resource-based policy', question);
  if (boundary && verdictOf(boundary, asked) !== 'allow') return refused('permissions boundary', question);
  if (session && session.length > 0 && !session.some((policy) => verdictOf(policy, asked) === 'allow')) {
    return refused('session policy', question);
  }
  return ALLOWED;
}

/** Whether a trust policy lets this caller in: named itself, or through its account (which then must allow it too), or not at all. */
export function trusts(policy: Policy, question: Question): 'denied' | 'no' | 'account' | 'yes' {
  const asked = ask(question);
  if (verdictOf(policy, asked) === 'deny') return 'denied';
  const named = namedBy(policy, asked);
  return named === 'none' ? 'no' : named === 'account' ? 'account' : 'yes';
}

/** What one policy alone says. */
export function verdict(policy: Policy, question: Question): Verdict {
  return verdictOf(policy, ask(question));
}

const refused = (kind: string, { action }: Question): Decision => ({
  allowed: false,
  reason: `no ${kind} allows the ${action} action`,
});

interface Asked {
  readonly question: Question;
  readonly action: string;
  readonly lookup: Lookup;
}

function ask(question: Question): Asked {
  const { context } = question;
  const lookup: Lookup = (key) => {
    const value = Object.hasOwn(context, key) ? context[key] : undefined;
    return typeof value === 'string' ? [value] : value;
  };
  return { question, action: question.action.toLowerCase(), lookup };
}

function verdictOf(policy: Policy, asked: Asked): Verdict {
  let found: Verdict = 'none';
  for (const statement of policy.statements) {
    if ((!statement.allow || found === 'none') && covers(statement, asked)) {
      if (!statement.allow) return 'deny';
      found = 'allow';
    }
  }
  return found;
}

function covers(statement: Statement, asked: Asked): boolean {
  return coversRequest(statement, asked) && naming(statement, asked.question.caller) !== 'none';
}

function coversRequest(statement: Statement, { action, lookup, question }: Asked): boolean {
  if (statement.actions.some((glob) => matchesGlob(glob, action)) === statement.notActions) return false;
  const hit = statement.resources.some((pattern) => matchesArn(pattern, question.resource, lookup));
  return hit !== statement.notResources && statement.conditions.every((condition) => holds(condition, lookup));
}

/** The strongest way in which the policy's allows name the caller. */
function namedBy(policy: Policy, asked: Asked): Named {
  const order: readonly Named[] = ['none', 'account', 'role', 'caller'];
  let best = 0;
  for (const statement of policy.statements) {
    if (statement.allow && coversRequest(statement, asked)) {
      best = Math.max(best, order.indexOf(naming(statement, asked.question.caller)));
    }
  }
  return order[best]!;
}

function naming(statement: Statement, caller: Caller): Named {
  const { principals } = statement;
  if (!principals) return 'caller';
  const named = namesCaller(principals, caller);
  if (statement.notPrincipals) return named === 'none' ? 'role' : 'none';
  return named;
}

function namesCaller(principals: Principals, caller: Caller): Named {
  if (caller.kind === 'service') return principals.any || principals.services.includes(caller.service) ? 'caller' : 'none';
  if (caller.kind === 'anonymous') return principals.any ? 'caller' : 'none';
  if (principals.aws.includes(caller.arn)) return 'caller';
  if (caller.kind === 'role' && principals.aws.some((text) => text === caller.roleArn || text === caller.roleId)) return 'role';
  if (principals.any) return caller.kind === 'root' ? 'caller' : 'role';
  const account = [caller.account, `arn:aws:iam::${caller.account}:root`];
  return principals.aws.some((text) => account.includes(text)) ? 'account' : 'none';
}
