import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import type { StsDeps } from './deps.ts';
import { sealSession } from './session-tokens.ts';

/** Sessions of the account itself: at most and by default one hour, as AWS gives its root. */
const SECONDS = 3600;

/** GetSessionToken: only with long-lived credentials (spec/backends.md §11). */
export function getSessionToken(deps: StsDeps): Operation<GetSessionTokenRequest, GetSessionTokenResponse> {
  return async (input, { principal }) => {
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
      throw fail('NotImplemented', 'GetSessionToken with SerialNumber or TokenCode is not implemented.', { status: 501 });
    }
    if (principal.kind !== 'root' || principal.accessKeyId.startsWith('ASIA')) {
      throw fail('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
    }
    const seconds = Math.min(input.DurationSeconds ?? SECONDS, SECONDS);
    const credentials = sealSession(deps, { account: principal.account }, seconds * 1000);
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(credentials.expiration),
      },
    };
  };
}
