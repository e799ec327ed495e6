import type { CreateLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs';
import { fail } from '../../kernel/index.ts';
import { logStreams, newStream, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed } from './found.ts';

/** CreateLogStream (spec/backends.md §9). */
export function createLogStream(deps: LogsDeps): Operation<CreateLogStreamRequest, object> {
  return async (input, context) => {
    const name = input.logStreamName!;
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      if (await tx.get(logStreams, [group.id, name])) {
        throw fail('ResourceAlreadyExistsException', 'The specified log stream already exists');
      }
      await tx.put(logStreams, newStream(group.id, name, deps.ids.hex(8), context.now));
    });
    return {};
  };
}
