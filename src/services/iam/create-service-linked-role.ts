import type { CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse } from '@aws-sdk/client-iam';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';

/** CreateServiceLinkedRole is refused: services here act by themselves, not through roles of the account. */
export function createServiceLinkedRole(): Operation<CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse> {
  return async (input) => {
    throw fail(
      'NotImplemented',
      `Service-linked roles (for ${input.AWSServiceName}) are not implemented: no service here needs one.`,
      { status: 501 },
    );
  };
}
