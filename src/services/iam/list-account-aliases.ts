import type { ListAccountAliasesRequest, ListAccountAliasesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';

/** ListAccountAliases: accounts have none; tools ask for them at their start. */
export function listAccountAliases(): Operation<ListAccountAliasesRequest, ListAccountAliasesResponse> {
  return async () => ({ AccountAliases: [], IsTruncated: false });
}
