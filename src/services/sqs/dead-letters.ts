import type { Reader } from '../../kernel/index.ts';
import { queueByArn } from './find-queue.ts';
import { type Queue, queueArn } from './queue.ts';
import { allowsSource } from './redrive-policies.ts';

/**
 * The queue that takes what was received from this one too often; undefined when there is none (any more), it is of the other kind, or does
 * not allow this source: such messages stay where they are and are delivered again.
 */
export async function deadLetterQueue(from: Reader, queue: Queue): Promise<Queue | undefined> {
  const { redrive } = queue.settings;
  const target = redrive && (await queueByArn(from, redrive.arn));
  if (!target || target.id === queue.id || target.fifo !== queue.fifo) return undefined;
  return allowsSource(target, queueArn(queue)) ? target : undefined;
}
