import type { DeleteLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs';
import { logGraves, logGroups, logStreams, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, streamNamed } from './found.ts';

/** DeleteLogStream: gone at once; its events are swept afterwards. */
export function deleteLogStream(deps: LogsDeps): Operation<DeleteLogStreamRequest, object> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      const stream = await streamNamed(tx, group, input.logStreamName!);
      await tx.delete(logStreams, [group.id, stream.name]);
      await tx.put(logGroups, { ...group, deletions: group.deletions + 1 });
      await tx.put(logGraves, { id: group.id, stream: stream.id });
    });
    return {};
  };
}
