import type { CreateAccessKeyRequest, CreateAccessKeyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { refuseUsers } from './found.ts';
import type { Identities } from './identities.ts';
import { issueAccessKey } from './stored-keys.ts';

/** CreateAccessKey of the account itself; there are no users. */
export function createAccessKey(iam: Identities): Operation<CreateAccessKeyRequest, CreateAccessKeyResponse> {
  return async (input, { account }) => {
    refuseUsers(input.UserName);
    const key = await issueAccessKey(iam, account);
    return {
      AccessKey: {
        UserName: 'root',
        AccessKeyId: key.accessKeyId,
        Status: 'Active',
        SecretAccessKey: key.secretAccessKey,
        CreateDate: new Date(key.created),
      },
    };
  };
}
