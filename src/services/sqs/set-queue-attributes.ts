import type { SetQueueAttributesCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import { changeQueue } from './change-queue.ts';
import type { SqsDeps } from './deps.ts';
import { queueArn } from './queue.ts';
import { withAttributes } from './write-attributes.ts';

/** SetQueueAttributes: holds for the very next call. Throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue. */
export function setQueueAttributes(deps: SqsDeps): Operation<SetQueueAttributesCommandInput> {
  return async (input, context) => {
    const given = (input.Attributes ?? {}) as Readonly<Record<string, string>>;
    const queue = await changeQueue(deps, { url: input.QueueUrl, context }, async (queue, tx) => ({
      ...(await withAttributes(tx, queue, given)),
      modifiedAt: context.now,
    }));
    deps.bells.ring(queueArn(queue));
    return {};
  };
}
