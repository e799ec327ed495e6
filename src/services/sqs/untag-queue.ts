import type { UntagQueueCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { changeQueue } from './change-queue.ts';
import type { SqsDeps } from './deps.ts';

/** UntagQueue: what is not there is removed too. */
export function untagQueue(deps: SqsDeps): Operation<UntagQueueCommandInput> {
  return async (input, context) => {
    const gone = new Set(input.TagKeys ?? []);
    await changeQueue(deps, { url: input.QueueUrl, context }, (queue) => ({
      ...queue,
      tags: Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !gone.has(key))),
    }));
    return {};
  };
}
