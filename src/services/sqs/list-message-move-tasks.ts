import type { ListMessageMoveTasksCommandInput, ListMessageMoveTasksResult } from '@aws-sdk/client-sqs';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type MoveTask, moveTasks } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { queueByArn } from './find-queue.ts';
import { taskHandle } from './move-tasks.ts';
import { invalidValue } from './refusals.ts';

/** ListMessageMoveTasks: the latest first, one unless more are asked for. Throws ResourceNotFoundException 404. */
export function listMessageMoveTasks(deps: SqsDeps): Operation<ListMessageMoveTasksCommandInput, ListMessageMoveTasksResult> {
  return async (input) => {
    const { SourceArn: source = '', MaxResults: limit = 1 } = input;
    if (limit < 1 || limit > 10) throw invalidValue(limit, 'MaxResults', 'Must be between 1 and 10, if provided.');
    if (!(await queueByArn(deps.store.read, source)))
      throw fail('ResourceNotFoundException', "The resource that you specified for the SourceArn parameter doesn't exist.", {
        status: 404,
      });
    const { items } = await deps.store.read.range(moveTasks, { prefix: [source], reverse: true, limit });
    return { Results: items.map(shown) };
  };
}

function shown(task: MoveTask) {
  const { status, source, destination, rate, moved, toMove, failure, startedAt } = task;
  return {
    ...(status === 'RUNNING' ? { TaskHandle: taskHandle(task) } : {}),
    Status: status,
    SourceArn: source,
    ...(destination === undefined ? {} : { DestinationArn: destination }),
    ...(rate === undefined ? {} : { MaxNumberOfMessagesPerSecond: rate }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    ...(failure === undefined ? {} : { FailureReason: failure }),
    StartedTimestamp: startedAt,
  };
}
