import type { CreateQueueCommandInput, CreateQueueResult } from '@aws-sdk/client-sqs';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { queues } from './collections.ts';
import type { SqsDeps } from './deps.ts';
import { type Queue, queueArn, queueUrl } from './queue.ts';
import { heldAttributes, mergeAttributes } from './queue-attributes.ts';
import { checkQueueTags } from './queue-tags.ts';
import { invalidParameter, unknownAttribute } from './refusals.ts';
import { withAttributes } from './write-attributes.ts';

/** CreateQueue. A queue that is there already and has the given attributes is answered as created. Throws QueueNameExists. */
export function createQueue(deps: SqsDeps): Operation<CreateQueueCommandInput, CreateQueueResult> {
  return async (input, context) => {
    const name = input.QueueName ?? '';
    const given = (input.Attributes ?? {}) as Readonly<Record<string, string>>;
    const fifo = given.FifoQueue === 'true';
    if (given.FifoQueue === 'false') throw unknownAttribute('FifoQueue');
    checkName(name, fifo);
    const { account, region, now } = context;
    const tags = checkQueueTags({}, input.tags ?? {});
    const first = {
      account,
      region,
      name,
      id: deps.ids.hex(8),
      era: 0,
      fifo,
      createdAt: now,
      modifiedAt: now,
      attributes: {},
      tags,
    };
    await deps.store.transact(async (tx) => {
      const there = await tx.get(queues, [account, region, name]);
      if (there) checkSame(there, given);
      else await tx.put(queues, await withAttributes(tx, first, given));
    });
    deps.bells.ring(queueArn(first));
    return { QueueUrl: queueUrl(context, first) };
  };
}

const CHARACTERS = 'can only include alphanumeric characters, hyphens, or underscores';

function checkName(name: string, fifo: boolean): void {
  if (fifo && !/^[\w-]{1,75}\.fifo$/.test(name))
    throw invalidParameter(`The name of a FIFO queue ${CHARACTERS}, must end with .fifo suffix and be 1 to 80 in length.`);
  if (!fifo && !/^[\w-]{1,80}$/.test(name))
    throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}

/** What is given must be what the queue has, defaults included; what is not given does not count. */
function checkSame(queue: Queue, given: Readonly<Record<string, string>>): void {
  mergeAttributes({}, given, queue.fifo);
  const has = heldAttributes(queue);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('Kms') || meaning(has[name] ?? '') === meaning(value)) continue;
    const message = `A queue already exists with the same name and a different value for attribute ${name}`;
    throw fail('QueueNameExists', message);
  }
}

/** JSON is the same however it is written. */
function meaning(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.stringify(JSON.parse(text), (_key, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort())
        : value,
    );
  } catch {
    return text;
  }
}
