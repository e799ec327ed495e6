import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from '@aws-sdk/client-sts';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import type { StsDeps } from './deps.ts';

/** GetAccessKeyInfo: the account of a stored key. Temporary keys carry their account only in their token. */
export function getAccessKeyInfo(deps: StsDeps): Operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> {
  return async (input, { principal }) => {
    const id = input.AccessKeyId!;
    if (id === principal.accessKeyId) return { Account: principal.account };
    const key = await deps.findStoredKey(id);
    if (!key) throw fail('ValidationError', `Invalid AccessKeyId: ${id}`);
    return { Account: key.principal.account };
  };
}
