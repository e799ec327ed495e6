import type { GetDataProtectionPolicyCommandInput } from '@aws-sdk/client-sns';
import type { Operation } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { foundTopic } from './found.ts';

/** GetDataProtectionPolicy: there is none; PutDataProtectionPolicy is not implemented. Throws NotFound 404. */
export function getDataProtectionPolicy(deps: SnsDeps): Operation<GetDataProtectionPolicyCommandInput> {
  return async ({ ResourceArn }) => {
    await foundTopic(deps.store.read, ResourceArn, 'ResourceArn');
    return {};
  };
}
