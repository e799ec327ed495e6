import type { Reader } from '../../kernel/index.ts';
import { type FindResourcePolicy, type OperationContext, parseArn } from '../../model/index.ts';
import { queues } from './collections.ts';
import { parseQueueUrl, type Queue } from './queue.ts';
import { invalidAddress, queueDoesNotExist } from './refusals.ts';

/** The queue that a URL names, in the region of the request. Throws QueueDoesNotExist 400, InvalidAddress 404. */
export async function findQueue(
  from: Reader,
  url: string | undefined,
  { region }: Pick<OperationContext, 'region'>,
): Promise<Queue> {
  const named = parseQueueUrl(url ?? '');
  if (!named) throw invalidAddress(url ?? '');
  const queue = await from.get(queues, [named.account, region, named.name]);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/** The queue that an ARN names; undefined when there is none, or it is no queue's. */
export async function queueByArn(from: Reader, arn: string): Promise<Queue | undefined> {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'sqs') return undefined;
  return from.get(queues, [parsed.account, parsed.region, parsed.resource]);
}

/** Queues' part of the port FindResourcePolicy. */
export function queuePolicy(from: Reader): FindResourcePolicy {
  return async (arn) => (await queueByArn(from, arn))?.policy;
}
