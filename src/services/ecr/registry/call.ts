import type { Principal, RawRequest, RawResponse } from '../../../model/index.ts';
import { repositoryRequest } from '../access.ts';
import type { InRepository } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import type { Bearer } from '../tokens.ts';
import { refuse } from './answers.ts';

/** One request about a repository. */
export interface Call {
  readonly deps: EcrDeps;
  readonly request: RawRequest;
  readonly bearer: Bearer;
  readonly at: InRepository;
  /** What follows `blobs/`, `manifests/`, `tags/` or `referrers/`. */
  readonly rest: string;
}

export type Handle = (call: Call) => Promise<RawResponse>;

/** Throws DENIED unless the bearer may do this, by an action of ECR, to a repository. */
export async function permit(
  { deps, request, bearer }: Pick<Call, 'deps' | 'request' | 'bearer'>,
  at: InRepository,
  action: string,
) {
  const { principal, region } = bearer;
  const asked = await repositoryRequest(deps.store.read, at, { action });
  if (isOwn(principal, at) && asked.resourcePolicy === undefined) return;
  const now = deps.clock.now();
  const context = {
    'aws:sourceip': request.sourceIp,
    'aws:currenttime': new Date(now).toISOString(),
    'aws:epochtime': String(Math.floor(now / 1000)),
    'aws:securetransport': 'true',
    'aws:requestedregion': region,
    ...asked.context,
  };
  const { allowed, reason } = await deps.authorize(principal, { ...asked, context });
  if (!allowed)
    throw refuse(
      'DENIED',
      `User: ${principal.arn} is not authorized to perform: ${asked.action} on resource: ${asked.resource} because ${reason}`,
      403,
    );
}

function isOwn(principal: Principal, { account }: InRepository): boolean {
  return principal.kind === 'root' && principal.account === account;
}
