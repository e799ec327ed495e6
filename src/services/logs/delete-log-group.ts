import type { DeleteLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGraves, logGroups, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** DeleteLogGroup: gone at once; its rows are swept afterwards. */
export function deleteLogGroup(deps: LogsDeps): Operation<DeleteLogGroupRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      await tx.delete(logGroups, [group.account, group.region, group.name]);
      await tx.put(logGraves, { id: group.id, stream: '' });
    });
    return {};
  };
}
