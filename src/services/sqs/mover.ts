import { isFailure, type Transaction } from '../../kernel/index.ts';
import { type MoveTask, moveTasks } from './collections.ts';
import { addToCount } from './counts.ts';
import type { SqsDeps } from './deps.ts';
import { putFifo, takeFifo } from './fifo.ts';
import { queueByArn } from './find-queue.ts';
import type { Taken } from './message.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { taskFailed } from './refusals.ts';
import { remove } from './remove.ts';
import { putStandard, takeStandard } from './standard.ts';

type Deps = Pick<SqsDeps, 'store' | 'clock' | 'bells' | 'messageId'>;

const MOST_TASKS = 100;
const STEP = 50;
const STEPS_A_SECOND = 10;
const IDLE_MS = 60_000;
/** Longer than any transaction takes: what is taken leaves the queue in the same one. */
const HIDDEN_MS = 60_000;

/**
 * Does the message move tasks, a step of each in turn: what a step moves, and that it did, is one transaction, so that a task goes on
 * where it was after a restart. Resolves to the ms until the next step.
 */
export function createMover(deps: Deps): (signal: AbortSignal) => Promise<number> {
  const due = new Map<string, number>();
  return async (signal) => {
    const { items } = await deps.store.read.range(moveTasks, { index: 'active', prefix: [1], limit: MOST_TASKS });
    for (const id of due.keys()) if (!items.some((task) => task.id === id)) due.delete(id);
    for (const task of items) {
      const now = deps.clock.now();
      if (signal.aborted) return IDLE_MS;
      if (task.status === 'RUNNING' && (due.get(task.id) ?? 0) > now) continue;
      await doStep(deps, task);
      due.set(task.id, now + pauseOf(task));
    }
    if (items.length === 0) return IDLE_MS;
    return Math.max(0, Math.min(...items.map(({ id }) => due.get(id) ?? 0)) - deps.clock.now());
  };
}

function stepOf({ rate }: MoveTask): number {
  return rate === undefined ? STEP : Math.ceil(rate / STEPS_A_SECOND);
}

function pauseOf(task: MoveTask): number {
  return task.rate === undefined ? 0 : (stepOf(task) * 1000) / task.rate;
}

async function doStep(deps: Deps, { source, startedAt, id }: MoveTask): Promise<void> {
  const key = [source, startedAt, id] as const;
  const now = deps.clock.now();
  try {
    await deps.store.transact(async (tx) => {
      const task = await tx.get(moveTasks, key);
      if (task?.status === 'CANCELLING') await tx.put(moveTasks, ended(task, 'CANCELLED'));
      if (task?.status === 'RUNNING') await tx.put(moveTasks, await stepped(tx, task, { ...deps, now }));
    });
  } catch (error) {
    if (!isFailure(error, 'TaskFailed')) throw error;
    await deps.store.transact(async (tx) => {
      const task = await tx.get(moveTasks, key);
      if (task) await tx.put(moveTasks, { ...ended(task, 'FAILED'), failure: error.message });
    });
  }
}

function ended({ active: _, ...task }: MoveTask, status: MoveTask['status']): MoveTask {
  return { ...task, status };
}

/** The task after its next messages were moved; ended when there are none left. Throws TaskFailed. */
async function stepped(
  tx: Transaction,
  task: MoveTask,
  at: Pick<Deps, 'bells' | 'messageId'> & { now: number },
): Promise<MoveTask> {
  const source = await queueByArn(tx, task.source);
  if (!source) throw taskFailed('AWS.SimpleQueueService.NonExistentQueue');
  const { redrive: _, ...settings } = source.settings;
  const taking = { queue: { ...source, settings }, max: stepOf(task), visibilityMs: HIDDEN_MS, now: at.now, bells: at.bells };
  const taken = await (source.fifo ? takeFifo : takeStandard)(tx, taking);
  for (const message of taken) {
    const target = await destinationOf(tx, task, message);
    if (target.fifo !== source.fifo) throw taskFailed('CouldNotDetermineMessageSource');
    await repost(tx, target, { message, now: at.now, messageId: at.messageId(at.now) });
    await remove(tx, source, { handle: message.receiptHandle, now: at.now });
    at.bells.ringAfter(queueArn(target));
  }
  const moved = { ...task, moved: task.moved + taken.length };
  return taken.length === 0 ? ended(moved, 'COMPLETED') : moved;
}

async function destinationOf(tx: Transaction, task: MoveTask, message: Taken): Promise<Queue> {
  const arn = task.destination ?? message.deadLetterSource;
  if (arn === undefined) throw taskFailed('CouldNotDetermineMessageSource');
  const target = await queueByArn(tx, arn);
  if (!target) throw taskFailed('AWS.SimpleQueueService.NonExistentQueue');
  return target;
}

/** As a new message: its id, its time and its count of receives begin anew. */
async function repost(
  tx: Transaction,
  queue: Queue,
  { message, now, messageId }: { readonly message: Taken; readonly now: number; readonly messageId: string },
): Promise<void> {
  const { body, md5, attributes, md5OfAttributes, trace, md5OfTrace, sender, cause, group, deduplicationId } = message;
  const given = { body, md5, attributes, md5OfAttributes, trace, md5OfTrace, sender, cause, group, deduplicationId };
  const posting = { queue, letter: { ...given, messageId, sentAt: now }, now, delayMs: 0 };
  if (queue.fifo) await putFifo(tx, posting);
  else await putStandard(tx, posting);
  await addToCount(tx, boxOf(queue), { now, by: 1 });
}
