import type { RemoveRoleFromInstanceProfileRequest } from '@aws-sdk/client-iam';
import type { Operation } from '../../model/index.ts';
import { noSuchEntity } from './found.ts';

/** RemoveRoleFromInstanceProfile: there are no instance profiles. */
export function removeRoleFromInstanceProfile(): Operation<RemoveRoleFromInstanceProfileRequest, object> {
  return async (input) => {
    throw noSuchEntity(`Instance Profile ${input.InstanceProfileName} cannot be found.`);
  };
}
