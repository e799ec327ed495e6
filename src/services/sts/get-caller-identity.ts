import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Operation } from '../../model/index.ts';

/** GetCallerIdentity (spec/backends.md §11): needs no permission. */
export function getCallerIdentity(): Operation<GetCallerIdentityRequest, GetCallerIdentityResponse> {
  return async (_input, { principal }) => ({ UserId: principal.userId, Account: principal.account, Arn: principal.arn });
}
