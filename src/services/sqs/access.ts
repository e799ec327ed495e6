import type { Reader } from '../../kernel/index.ts';
import { type AccessRequest, type OperationContext, parseArn } from '../../model/index.ts';
import { queues } from './collections.ts';
import { readTaskHandle } from './move-tasks.ts';
import { parseQueueUrl, type Queue, queueArn } from './queue.ts';

/** Operations whose IAM action has another name. */
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** What another account may do if the queue's policy allows it; everything else is for the owner's account alone. */
const SHARED: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
]);

/** What an owner's root can always do, whatever a policy denies: mend it. */
const MENDING: ReadonlySet<string> = new Set(['AddPermission', 'GetQueueAttributes', 'RemovePermission', 'SetQueueAttributes']);

type Input = Readonly<Record<string, unknown>>;

/** What each operation asks of IAM, with the queue's own policy (spec/backends.md §6). */
export async function accessRequests(
  from: Reader,
  operation: string,
  input: Input,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  if (operation === 'ListQueues') return [{ action: 'sqs:ListQueues', resource: '*', context: {} }];
  if (operation.endsWith('MessageMoveTask') || operation === 'ListMessageMoveTasks')
    return moveRequests(from, operation, { input, context });
  const place = placeOf(operation, input, context);
  const action = ACTIONS[operation] ?? operation;
  if (operation === 'CreateQueue') {
    const own = requestFor(place, undefined, { action, context, keys: tagKeys(input.tags) });
    const tags =
      input.tags === undefined ? [] : [requestFor(place, undefined, { action: 'TagQueue', context, keys: tagKeys(input.tags) })];
    return [own, ...tags];
  }
  const queue = await from.get(queues, [place.account, place.region, place.name]);
  return [requestFor(place, queue, { action, context, keys: tagKeys(input.Tags ?? input.TagKeys) })];
}

type QueuePlace = Pick<Queue, 'account' | 'region' | 'name'>;

function placeOf(operation: string, input: Input, { account, region }: OperationContext): QueuePlace {
  if (operation === 'CreateQueue' || operation === 'GetQueueUrl')
    return {
      account: (input.QueueOwnerAWSAccountId as string | undefined) ?? account,
      region,
      name: String(input.QueueName ?? ''),
    };
  const named = parseQueueUrl(String(input.QueueUrl ?? ''));
  return { account: named?.account ?? account, region, name: named?.name ?? '' };
}

interface Asked {
  readonly action: string;
  readonly context: OperationContext;
  readonly keys?: AccessRequest['context'];
}

function requestFor(place: QueuePlace, queue: Queue | undefined, { action, context, keys }: Asked): AccessRequest {
  const tags = Object.entries(queue?.tags ?? {}).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]);
  return {
    action: `sqs:${action}`,
    resource: queueArn(place),
    context: tags.length === 0 ? (keys ?? {}) : { ...Object.fromEntries(tags), ...keys },
    ...(queue?.policy !== undefined && isJudged(queue, action, context) ? { resourcePolicy: queue.policy } : {}),
  };
}

/** Whether a queue's policy has a say. */
function isJudged({ account }: Queue, action: string, { principal }: OperationContext): boolean {
  if (principal.account !== account) return SHARED.has(action);
  return principal.kind !== 'root' || !MENDING.has(action);
}

/** Tags that are given, or keys that are taken away. */
function tagKeys(given: unknown): AccessRequest['context'] | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if (Array.isArray(given)) return { 'aws:tagkeys': given as string[] };
  const tags = Object.entries(given as Record<string, string>);
  const values = tags.map(([key, value]) => [`aws:requesttag/${key.toLowerCase()}`, value]);
  return { ...Object.fromEntries(values), 'aws:tagkeys': tags.map(([key]) => key) };
}

/** A task takes from its source and sends to its destination, so starting one asks for that too. */
async function moveRequests(
  from: Reader,
  operation: string,
  { input, context }: { readonly input: Input; readonly context: OperationContext },
): Promise<readonly AccessRequest[]> {
  const source = operation === 'CancelMessageMoveTask' ? readTaskHandle(String(input.TaskHandle ?? ''))?.source : input.SourceArn;
  const on = async (arn: string, action: string): Promise<AccessRequest> => {
    const { account = '', region = '', resource: name = '' } = parseArn(arn) ?? {};
    return requestFor({ account, region, name }, await from.get(queues, [account, region, name]), { action, context });
  };
  if (typeof source !== 'string' || !parseArn(source)) return [{ action: `sqs:${operation}`, resource: '*', context: {} }];
  if (operation !== 'StartMessageMoveTask') return [await on(source, operation)];
  const taking = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  const requests = await Promise.all(taking.map((action) => on(source, action)));
  return typeof input.DestinationArn === 'string' ? [...requests, await on(input.DestinationArn, 'SendMessage')] : requests;
}
