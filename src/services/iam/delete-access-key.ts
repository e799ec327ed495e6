import type { DeleteAccessKeyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { noSuchEntity, refuseUsers } from './found.ts';
import type { Identities } from './identities.ts';
import { revokeAccessKey } from './stored-keys.ts';

/** DeleteAccessKey (spec/backends.md §11). */
export function deleteAccessKey(iam: Identities): Operation<DeleteAccessKeyRequest, object> {
  return async (input, { account }) => {
    refuseUsers(input.UserName);
    if (!(await revokeAccessKey(iam.store, account, input.AccessKeyId!))) {
      throw noSuchEntity(`The Access Key with id ${input.AccessKeyId} cannot be found.`);
    }
    return {};
  };
}
