import type { GetAuthorizationTokenRequest, GetAuthorizationTokenResponse } from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { issueToken } from './tokens.ts';

/** GetAuthorizationToken: what `docker login -u AWS` takes for a password. It opens what its asker may do, for twelve hours. */
export function getAuthorizationToken(deps: EcrDeps): Operation<GetAuthorizationTokenRequest, GetAuthorizationTokenResponse> {
  return async (_, { principal, region, now, endpoint }) => {
    const { token, expires } = await issueToken(deps, 'token', { principal, region, now });
    const authorizationToken = Buffer.from(`AWS:${token}`).toString('base64');
    return { authorizationData: [{ authorizationToken, expiresAt: new Date(expires), proxyEndpoint: endpoint }] };
  };
}
