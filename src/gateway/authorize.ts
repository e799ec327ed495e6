import type { AccessRequest, Authorize, Principal } from '../model/index.ts';
import type { Match } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import { denied } from './refusals.ts';

/**
 * All requests must be allowed. An account's root may do everything with what is its own, so nobody needs to be asked; every other
 * principal, every resource of another account, and every resource policy is judged by IAM.
 */
export function allow(
  authorize: Authorize,
  exchange: Exchange,
  match: Match,
  call: { readonly principal: Principal; readonly requests: readonly AccessRequest[] },
): Promise<void> | undefined {
  const asked = call.requests.filter((request) => !isOwn(call.principal, request));
  return asked.length === 0 ? undefined : judge(authorize, exchange, match, { principal: call.principal, requests: asked });
}

async function judge(
  authorize: Authorize,
  exchange: Exchange,
  match: Match,
  call: { readonly principal: Principal; readonly requests: readonly AccessRequest[] },
): Promise<void> {
  for (const request of call.requests) {
    const decision = await authorize(call.principal, withGlobals(request, exchange, match));
    if (!decision.allowed) throw denied(match, call.principal, request, decision);
  }
}

function isOwn(principal: Principal, request: AccessRequest): boolean {
  if (principal.kind !== 'root' || request.resourcePolicy !== undefined) return false;
  const account = request.resourceAccount ?? accountOf(request.resource);
  return account === '' || account === principal.account;
}

/** The fifth part of an ARN; empty for `*` and for ARNs without account (S3), whose owners the operations themselves check. */
function accountOf(resource: string): string {
  if (!resource.startsWith('arn:')) return '';
  let at = -1;
  for (let colons = 0; colons < 4; colons++) {
    at = resource.indexOf(':', at + 1);
    if (at < 0) return '';
  }
  const end = resource.indexOf(':', at + 1);
  return end < 0 ? resource.slice(at + 1) : resource.slice(at + 1, end);
}

/** Condition keys that every request has; what the service says about the same key wins. */
function withGlobals(request: AccessRequest, exchange: Exchange, match: Match): AccessRequest {
  const context: Record<string, string | readonly string[]> = {
    'aws:sourceip': exchange.sourceIp,
    'aws:currenttime': new Date(exchange.now).toISOString(),
    'aws:epochtime': String(Math.floor(exchange.now / 1000)),
    // Policies that deny plain HTTP are made by common tools; this listener counts as secure (spec/backends.md §2.8).
    'aws:securetransport': 'true',
    'aws:requestedregion': match.region,
    ...request.context,
  };
  const agent = exchange.headers['user-agent'];
  if (agent !== undefined) context['aws:useragent'] ??= agent;
  const referer = exchange.headers.referer;
  if (referer !== undefined) context['aws:referer'] ??= referer;
  return { ...request, context };
}
