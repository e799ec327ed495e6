import type { ChangeMessageVisibilityCommandInput } from '@aws-sdk/client-sqs';
import type { Operation } from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { findQueue } from './find-queue.ts';
import { queueArn } from './queue.ts';
import { hide } from './remove.ts';
import { readVisibility } from './visibility.ts';

/** ChangeMessageVisibility: counts from now. Throws MessageNotInflight, ReceiptHandleIsInvalid, InvalidParameterValue. */
export function changeMessageVisibility(deps: SqsDeps): Operation<ChangeMessageVisibilityCommandInput> {
  return async (input, context) => {
    const queue = await findQueue(deps.store.read, input.QueueUrl, context);
    const { now } = context;
    const until = now + readVisibility(input.VisibilityTimeout ?? 0);
    await deps.store.transact((tx) => hide(tx, { queue, handle: input.ReceiptHandle ?? '', until, now }));
    deps.bells.ringAt(queueArn(queue), until);
    return {};
  };
}
