import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { Operation, OperationContext } from '../../model/index.ts';
import { appendMessage, type Published } from './append-message.ts';
import type { PublishDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { addressTo, readMessage } from './new-message.ts';
import { invalidParameter, notImplemented } from './refusals.ts';

/** Publish to a topic, in one transaction: a read and an append. Throws NotFound 404, InvalidParameter, ParameterValueInvalid, NotImplemented 501. */
export function publish(deps: PublishDeps): Operation<PublishCommandInput, Published> {
  return async (input, context) => {
    const arn = targetOf(input);
    const draft = readMessage(input, { messageId: deps.ids.uuid(), now: context.now, traceId: traceOf(context) });
    const published = await deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, arn, context);
      return appendMessage(tx, topic, addressTo(topic, draft), context.cause);
    });
    countPublished(deps, arn, draft.bytes);
    return published;
  };
}

function targetOf({ TopicArn, TargetArn, PhoneNumber }: PublishCommandInput): string {
  if (PhoneNumber !== undefined) throw notImplemented('Publishing to a PhoneNumber');
  const arn = TopicArn ?? TargetArn;
  if (arn === undefined) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  if (arn.includes(':endpoint/')) throw notImplemented('Publishing to a mobile endpoint');
  return arn;
}

/** The metrics of a message that was published. */
export function countPublished({ countTopic }: Pick<PublishDeps, 'countTopic'>, topicArn: string, bytes: number): void {
  countTopic(topicArn, 'NumberOfMessagesPublished', 1);
  countTopic(topicArn, 'PublishSize', bytes);
}

/** TracingConfig PassThrough: subscribers get the publisher's trace. */
export function traceOf({ headers }: OperationContext): string | undefined {
  return headers['x-amzn-trace-id'];
}
