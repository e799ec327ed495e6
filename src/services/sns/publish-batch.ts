import type { PublishBatchCommandInput, PublishBatchCommandOutput, PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { appendMessage } from './append-message.ts';
import type { PublishDeps } from './deps.ts';
import { topicHere } from './found.ts';
import { addressTo, type Draft, mostBytes, readMessage } from './new-message.ts';
import { countPublished, traceOf } from './publish.ts';

type Output = Pick<PublishBatchCommandOutput, 'Successful' | 'Failed'>;

/**
 * PublishBatch: up to ten messages in one transaction, in their order. As on AWS one bad message refuses the whole batch. Throws NotFound
 * 404, InvalidParameter, ParameterValueInvalid, and the refusals of batches.
 */
export function publishBatch(deps: PublishDeps): Operation<PublishBatchCommandInput, Output> {
  return async ({ TopicArn, PublishBatchRequestEntries = [] }, context) => {
    checkEntries(PublishBatchRequestEntries);
    const traceId = traceOf(context);
    const drafts = PublishBatchRequestEntries.map((entry, index) =>
      readMessage(entry, {
        messageId: deps.ids.uuid(),
        now: context.now,
        traceId,
        at: `publishBatchRequestEntries.${index + 1}.member.messageAttributes`,
      }),
    );
    const output = await deps.store.transact(async (tx) => {
      const topic = await topicHere(tx, TopicArn, context);
      checkBytes(drafts, mostBytes(topic));
      const Successful: { Id: string; MessageId: string; SequenceNumber?: string }[] = [];
      for (const [index, draft] of drafts.entries()) {
        const published = await appendMessage(tx, topic, addressTo(topic, draft), context.cause);
        Successful.push({ Id: PublishBatchRequestEntries[index]!.Id!, ...published });
      }
      return { Successful, Failed: [] };
    });
    for (const { bytes } of drafts) countPublished(deps, TopicArn!, bytes);
    return output;
  };
}

function checkEntries(entries: readonly PublishBatchRequestEntry[]): void {
  if (entries.length === 0) throw fail('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  if (entries.length > 10)
    throw fail('TooManyEntriesInBatchRequestException', 'The batch request contains more entries than permissible.');
  const ids = entries.map(({ Id = '' }) => Id);
  if (new Set(ids).size < ids.length)
    throw fail('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.');
  for (const id of ids) {
    if (id.length > 80)
      throw fail('InvalidBatchEntryIdException', `The Id of a batch entry in the batch request is too long: ${id}`);
    if (!/^[\w-]+$/.test(id)) {
      const text = `The Id of a batch entry in the batch request contains an impermissible character: ${id}`;
      throw fail('InvalidBatchEntryIdException', text);
    }
  }
}

function checkBytes(drafts: readonly Draft[], most: number): void {
  const bytes = drafts.reduce((sum, draft) => sum + draft.bytes, 0);
  if (bytes > most && drafts.length > 1)
    throw fail('BatchRequestTooLongException', 'The length of all the messages put together is more than the limit.');
}
