import type { Service } from '../../kernel/index.ts';
import type { PutInto, QueueSource, ServiceTable } from '../../model/index.ts';
import { accessRequests } from './access.ts';
import { addPermission } from './add-permission.ts';
import { createBells } from './bells.ts';
import { cancelMessageMoveTask } from './cancel-message-move-task.ts';
import { changeMessageVisibility } from './change-message-visibility.ts';
import { changeMessageVisibilityBatch } from './change-message-visibility-batch.ts';
import { createQueue } from './create-queue.ts';
import { deleteMessage } from './delete-message.ts';
import { deleteMessageBatch } from './delete-message-batch.ts';
import { deleteQueue } from './delete-queue.ts';
import type { SqsDeps, SqsPorts } from './deps.ts';
import { queueByArn } from './find-queue.ts';
import { getQueueAttributes } from './get-queue-attributes.ts';
import { getQueueUrl } from './get-queue-url.ts';
import { createFlights } from './in-flight.ts';
import { listDeadLetterSourceQueues } from './list-dead-letter-source-queues.ts';
import { listMessageMoveTasks } from './list-message-move-tasks.ts';
import { listQueueTags } from './list-queue-tags.ts';
import { listQueues } from './list-queues.ts';
import { createMessageIds } from './message-ids.ts';
import { createMover } from './mover.ts';
import { purgeQueue } from './purge-queue.ts';
import { createPutInto } from './put-into.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { createQueueSource } from './queue-source.ts';
import { receiveMessage } from './receive-message.ts';
import { removePermission } from './remove-permission.ts';
import { sendMessage } from './send-message.ts';
import { sendMessageBatch } from './send-message-batch.ts';
import { createSetBack } from './set-back.ts';
import { setQueueAttributes } from './set-queue-attributes.ts';
import { startMessageMoveTask } from './start-message-move-task.ts';
import { sweep } from './sweep.ts';
import { tagQueue } from './tag-queue.ts';
import { untagQueue } from './untag-queue.ts';
import { createWorker } from './workers.ts';

export { schema } from './collections.ts';
export type { SqsPorts } from './deps.ts';
export { queuePolicy } from './find-queue.ts';

export interface SqsService extends ServiceTable {
  /** Puts events into queues, for dispatch. */
  readonly putInto: PutInto;
  /** Queues as event source mappings poll them. */
  readonly source: QueueSource;
  readonly exists: (queueArn: string) => Promise<boolean>;
  /** The sweep of what is past its time, the message move tasks, the watch for a clock that is set back, and metrics. */
  readonly background: readonly Service[];
  /** Its stop ends all long polls: they would hold up the closing of the door. */
  readonly waits: Service;
}

/** SQS (spec/backends.md §6): all operations of its model, what each asks of IAM, and queues as targets and sources of events. */
export function sqsService(ports: SqsPorts): SqsService {
  const { store, clock, logger } = ports;
  const bells = createBells({ clock, store });
  const messageId = createMessageIds(ports.ids);
  const sweeper = createWorker({ name: 'sweep of queues', clock, logger, run: (signal) => sweep({ store, clock }, signal) });
  const watch = createWorker({ name: 'watch of the clock', clock, logger, run: createSetBack({ store, clock, bells }) });
  const move = createMover({ store, clock, bells, messageId });
  const mover = createWorker({ name: 'moving of messages', clock, logger, run: move });
  const flights = createFlights({ store, clock });
  const metrics = createQueueMetrics({ store, clock }, ports.openMetrics);
  const teller = createWorker({ name: 'metrics of queues', clock, logger, run: metrics.look });
  const wakes = { wakeSweep: () => sweeper.wake(), wakeMover: () => mover.wake() };
  const deps: SqsDeps = { ...ports, bells, flights, messageId, metrics, ...wakes };
  return {
    operations: operationsOf(deps),
    access: (operation, input, context) => accessRequests(store.read, operation, input, context),
    putInto: createPutInto(deps),
    source: createQueueSource(deps),
    exists: async (arn) => (await queueByArn(store.read, arn)) !== undefined,
    background: [sweeper, mover, watch, teller],
    waits: { start: async () => {}, stop: async () => bells.close() },
  };
}

function operationsOf(deps: SqsDeps): ServiceTable['operations'] {
  return {
    AddPermission: addPermission(deps),
    CancelMessageMoveTask: cancelMessageMoveTask(deps),
    ChangeMessageVisibility: changeMessageVisibility(deps),
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(deps),
    CreateQueue: createQueue(deps),
    DeleteMessage: deleteMessage(deps),
    DeleteMessageBatch: deleteMessageBatch(deps),
    DeleteQueue: deleteQueue(deps),
    GetQueueAttributes: getQueueAttributes(deps),
    GetQueueUrl: getQueueUrl(deps),
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues(deps),
    ListMessageMoveTasks: listMessageMoveTasks(deps),
    ListQueueTags: listQueueTags(deps),
    ListQueues: listQueues(deps),
    PurgeQueue: purgeQueue(deps),
    ReceiveMessage: receiveMessage(deps),
    RemovePermission: removePermission(deps),
    SendMessage: sendMessage(deps),
    SendMessageBatch: sendMessageBatch(deps),
    SetQueueAttributes: setQueueAttributes(deps),
    StartMessageMoveTask: startMessageMoveTask(deps),
    TagQueue: tagQueue(deps),
    UntagQueue: untagQueue(deps),
  };
}
