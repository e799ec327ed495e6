import type { ListAccessKeysRequest, ListAccessKeysResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { refuseUsers } from './found.ts';
import type { Identities } from './identities.ts';
import { pageOf } from './pages.ts';
import { keysOf } from './stored-keys.ts';

/** ListAccessKeys (spec/backends.md §11). */
export function listAccessKeys(iam: Identities): Operation<ListAccessKeysRequest, ListAccessKeysResponse> {
  return async (input, { account }) => {
    refuseUsers(input.UserName);
    const { items, ...page } = pageOf(await keysOf(iam.store.read, account), (key) => key.id, input);
    const described = items.map(({ id, active, created }) => ({
      UserName: 'root',
      AccessKeyId: id,
      Status: active ? ('Active' as const) : ('Inactive' as const),
      CreateDate: new Date(created),
    }));
    return { AccessKeyMetadata: described, ...page };
  };
}
