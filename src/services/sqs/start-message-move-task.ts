import type { StartMessageMoveTaskCommandInput, StartMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import { fail, type Reader } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { moveTasks, queues } from './collections.ts';
import { backlogOf } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import { queueByArn } from './find-queue.ts';
import { taskHandle } from './move-tasks.ts';
import type { Queue } from './queue.ts';
import { invalidParameter, invalidValue } from './refusals.ts';

/**
 * StartMessageMoveTask: the mover does it, also after a restart. Throws ResourceNotFoundException 404, InvalidParameterValue for a source
 * that is no dead-letter queue, and while another task runs on it.
 */
export function startMessageMoveTask(deps: SqsDeps): Operation<StartMessageMoveTaskCommandInput, StartMessageMoveTaskResult> {
  return async (input, context) => {
    const { SourceArn: source = '', DestinationArn: destination, MaxNumberOfMessagesPerSecond: rate } = input;
    if (rate !== undefined && (!Number.isInteger(rate) || rate < 1 || rate > 500))
      throw invalidValue(rate, 'MaxNumberOfMessagesPerSecond', 'Must be between 1 and 500, if provided.');
    const task = {
      source,
      startedAt: context.now,
      id: deps.ids.uuid(),
      ...(destination === undefined ? {} : { destination }),
      ...(rate === undefined ? {} : { rate }),
    };
    await deps.store.transact(async (tx) => {
      const queue = await ownQueue(tx, source, { parameter: 'SourceArn', context });
      if (destination !== undefined) await checkDestination(tx, queue, { destination, context });
      await checkSource(tx, source);
      const { visible } = await backlogOf(tx, queue, context.now);
      await tx.put(moveTasks, { ...task, status: 'RUNNING', active: 1, moved: 0, toMove: visible });
    });
    deps.wakeMover();
    return { TaskHandle: taskHandle(task) };
  };
}

interface Named {
  readonly parameter: string;
  readonly context: OperationContext;
}

async function ownQueue(from: Reader, arn: string, { parameter, context }: Named): Promise<Queue> {
  const queue = await queueByArn(from, arn);
  if (queue && queue.account === context.account && queue.region === context.region) return queue;
  throw fail('ResourceNotFoundException', `The resource that you specified for the ${parameter} parameter doesn't exist.`, {
    status: 404,
  });
}

async function checkDestination(
  from: Reader,
  source: Queue,
  { destination, context }: { readonly destination: string; readonly context: OperationContext },
): Promise<void> {
  const target = await ownQueue(from, destination, { parameter: 'DestinationArn', context });
  if (target.id === source.id) throw invalidParameter('Source queue arn and destination queue arn cannot be the same.');
  if (target.fifo !== source.fifo) throw invalidParameter('Source queue and destination queue must be of the same type.');
}

async function checkSource(from: Reader, source: string): Promise<void> {
  const users = await from.range(queues, { index: 'by-dead-letter', prefix: [source], limit: 1 });
  if (users.items.length === 0) throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  const { items } = await from.range(moveTasks, { prefix: [source], reverse: true, limit: 10 });
  if (items.some(({ active }) => active))
    throw invalidParameter(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
}
