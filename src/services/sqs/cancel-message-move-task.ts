import type { CancelMessageMoveTaskCommandInput, CancelMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import { type Failure, fail } from '../../kernel/index.ts';
import { type Operation, parseArn } from '../../model/index.ts';
import { moveTasks } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { readTaskHandle } from './move-tasks.ts';
import { invalidParameter } from './refusals.ts';

/** CancelMessageMoveTask: what was moved stays moved. Throws ResourceNotFoundException 404, InvalidParameterValue. */
export function cancelMessageMoveTask(deps: SqsDeps): Operation<CancelMessageMoveTaskCommandInput, CancelMessageMoveTaskResult> {
  return async (input, context) => {
    const named = readTaskHandle(input.TaskHandle ?? '');
    if (!named) throw invalidParameter('Value for parameter TaskHandle is invalid.');
    if (parseArn(named.source)?.account !== context.account) throw noTask();
    const moved = await deps.store.transact(async (tx) => {
      const task = await tx.get(moveTasks, [named.source, named.startedAt, named.id]);
      if (task?.status !== 'RUNNING') throw noTask();
      await tx.put(moveTasks, { ...task, status: 'CANCELLING' });
      return task.moved;
    });
    deps.wakeMover();
    return { ApproximateNumberOfMessagesMoved: moved };
  };
}

function noTask(): Failure {
  return fail('ResourceNotFoundException', 'Task does not exist.', { status: 404 });
}
