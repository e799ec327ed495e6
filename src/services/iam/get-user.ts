import type { GetUserRequest, GetUserResponse } from '@aws-sdk/client-iam';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { rootArn } from '../../model/index.ts';
import { AWS_CREATED } from './descriptions.ts';
import { noSuchEntity } from './found.ts';

/** GetUser: there is only the root of the account. */
export function getUser(): Operation<GetUserRequest, GetUserResponse> {
  return async (input, { account, principal }) => {
    if (input.UserName !== undefined) throw noSuchEntity(`The user with name ${input.UserName} cannot be found.`);
    if (principal.kind !== 'root') {
      throw fail('ValidationError', 'Must specify userName when calling with non-User credentials');
    }
    return { User: { Path: '/', UserName: 'root', UserId: account, Arn: rootArn(account), CreateDate: AWS_CREATED } };
  };
}
