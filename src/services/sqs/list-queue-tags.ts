import type { ListQueueTagsCommandInput, ListQueueTagsResult } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';

/** ListQueueTags: no Tags when there are none. */
export function listQueueTags(deps: SqsDeps): Operation<ListQueueTagsCommandInput, ListQueueTagsResult> {
  return async (input, context) => {
    const { tags } = await findQueue(deps.store.read, input.QueueUrl, context);
    return Object.keys(tags).length === 0 ? {} : { Tags: tags };
  };
}
