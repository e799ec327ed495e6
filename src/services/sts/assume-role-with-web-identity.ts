import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from '@aws-sdk/client-sts';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';

/** Refused: there are no identity providers here whose tokens could be checked. */
export function assumeRoleWithWebIdentity(): Operation<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse> {
  return async (input) => {
    throw fail(
      'InvalidIdentityToken',
      `No OpenIDConnect provider found in your account for ${input.ProviderId ?? 'the issuer of this token'}: identity providers are not implemented.`,
    );
  };
}
