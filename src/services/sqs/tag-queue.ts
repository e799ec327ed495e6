import type { TagQueueCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { changeQueue } from './change-queue.ts';
import type { SqsDeps } from './deps.ts';
import { checkQueueTags } from './queue-tags.ts';

/** TagQueue: adds tags, or gives them other values. Throws InvalidParameterValue beyond fifty. */
export function tagQueue(deps: SqsDeps): Operation<TagQueueCommandInput> {
  return async (input, context) => {
    await changeQueue(deps, { url: input.QueueUrl, context }, (queue) => ({
      ...queue,
      tags: checkQueueTags(queue.tags, input.Tags ?? {}),
    }));
    return {};
  };
}
