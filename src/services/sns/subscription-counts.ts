import { fail, type Transaction } from '../../kernel/index.ts';
import { type TopicSubscription, topicSubscriptions } from '../../model/index.ts';
import { type Topic, topics } from './collections.ts';

const MOST_FILTERS = 200;

/**
 * Writes a subscription, or with after undefined removes it, and keeps the topic's counts. Answers the topic as it is now. Throws
 * FilterPolicyLimitExceeded 403.
 */
export async function writeSubscription(
  tx: Transaction,
  topic: Topic,
  { before, after }: { readonly before?: TopicSubscription | undefined; readonly after?: TopicSubscription | undefined },
): Promise<Topic> {
  const counted: Topic = {
    ...topic,
    confirmed: topic.confirmed + isConfirmed(after) - isConfirmed(before),
    pending: topic.pending + isPending(after) - isPending(before),
    deleted: topic.deleted + isGone(before, after) - Number(before?.deleted === true && after !== undefined && !after.deleted),
    filtered: topic.filtered + isFiltered(after) - isFiltered(before),
  };
  if (counted.filtered > MOST_FILTERS && counted.filtered > topic.filtered)
    throw fail('FilterPolicyLimitExceededException', `Filter policy limit exceeded: ${MOST_FILTERS} per topic`, { status: 403 });
  if (after) await tx.put(topicSubscriptions, after);
  else if (before) await tx.delete(topicSubscriptions, [before.topicArn, before.id]);
  await tx.put(topics, counted);
  return counted;
}

const isConfirmed = (one?: TopicSubscription) => Number(one !== undefined && one.expires === undefined);
const isPending = (one?: TopicSubscription) => Number(one?.expires !== undefined && !one.deleted);
const isFiltered = (one?: TopicSubscription) => Number(one?.filterPolicy !== undefined && !one.deleted);

/** It was there for its owner, and is not any more. */
function isGone(before?: TopicSubscription, after?: TopicSubscription): number {
  return Number(before !== undefined && !before.deleted && (after === undefined || after.deleted === true));
}
