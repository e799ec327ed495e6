import { isFailure } from '../kernel/index.ts';
import { type Authorize, claimFault, claimTexts, type JwtAuthorizer, parseToken, scopesOf } from '../model/index.ts';
import type { Match, Wire } from '../wire/index.ts';
import type { Authentication } from './authenticate.ts';
import { type ApiCall, type ApiCaller, expressionsOf, refusal, requestArn } from './http-api-call.ts';
import { askJudge, type JudgeDoor } from './http-api-judges.ts';
import type { FindIssuerKey } from './issuer-keys.ts';
import { isKnownAlgorithm, isSignedBy } from './json-web-signatures.ts';
import { signedCaller } from './signed-caller.ts';

export interface AuthorizeDoor extends JudgeDoor {
  readonly wire: Wire;
  readonly auth: Authentication;
  readonly authorize: Authorize;
  readonly findIssuerKey: FindIssuerKey;
}

/** Who calls, once the route's authorization let them in (spec/event-sources.md §6.3). Refused with 401, 403, 500. readBody: for signatures. */
export async function authorizeCall(door: AuthorizeDoor, call: ApiCall, readBody: () => Promise<Buffer>): Promise<ApiCaller> {
  const { authorization } = call.route;
  if (authorization.kind === 'none') return call.caller;
  if (authorization.kind === 'iam') return signed(door, call, await readBody());
  if (authorization.kind === 'jwt') return bearer(door, call, authorization);
  return askJudge(door, call, authorization.authorizer);
}

async function signed(door: AuthorizeDoor, call: ApiCall, body: Buffer): Promise<ApiCaller> {
  const match: Match = {
    service: 'apigatewayv2',
    operation: 'Invoke',
    protocol: 'restJson1',
    region: call.api.region,
    signing: 'execute-api',
  };
  const principal = await signedCaller(door, { exchange: call.exchange, body }, match).catch((error) => {
    if (isFailure(error) && error.status < 500) call.notes['error.message'] = error.message;
    else throw error;
  });
  if (!principal) throw refusal(403, 'Forbidden');
  const context = { 'aws:sourceip': call.exchange.sourceIp };
  const decision = await door.authorize(principal, { action: 'execute-api:Invoke', resource: requestArn(call), context });
  if (!decision.allowed) throw refusal(403, 'Forbidden');
  return { kind: 'iam', principal };
}

interface JwtRoute {
  readonly authorizer: JwtAuthorizer;
  readonly scopes: readonly string[];
}

async function bearer(door: AuthorizeDoor, call: ApiCall, { authorizer, scopes }: JwtRoute): Promise<ApiCaller> {
  const value = expressionsOf(call)(authorizer.identitySource.slice(1));
  if (!value) throw refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  const token = parseToken(value);
  if (!token || !isKnownAlgorithm(token.algorithm)) throw invalid(call, 'the token cannot be read');
  const fault = claimFault(token.claims, authorizer, call.exchange.now);
  if (fault) throw invalid(call, fault);
  const key = await door.findIssuerKey(authorizer.issuer, token.keyId).catch((error) => {
    if (!isFailure(error)) throw error;
    // For the owner of the API, not for who calls it.
    call.notes['authorizer.error'] = error.message;
    throw invalid(call, 'OIDC discovery endpoint communication error');
  });
  if (!key || !isSignedBy(token, key)) throw invalid(call, 'the signature cannot be verified');
  const given = scopesOf(token.claims);
  if (scopes.length > 0 && !scopes.some((scope) => given.includes(scope))) throw refusal(403, 'Forbidden', insufficient(scopes));
  return { kind: 'jwt', claims: claimTexts(token.claims), scopes: scopes.length > 0 ? given : null };
}

function invalid(call: ApiCall, reason: string) {
  call.notes['authorizer.error'] ??= reason;
  return refusal(401, 'Unauthorized', {
    'www-authenticate': `Bearer scope="" error="invalid_token" error_description="${reason}"`,
  });
}

const insufficient = (scopes: readonly string[]) => ({
  'www-authenticate': `Bearer scope="${scopes.join(' ').replace(/[^\x20-\x7e]|["\\]/g, '')}" error="insufficient_scope"`,
});
