import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { fail, type Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Topic, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { readArn } from './found.ts';
import { newTags } from './tags.ts';

/** ListTagsForResource of a topic. Throws ResourceNotFound 404. */
export function listTagsForResource(
  deps: SnsDeps,
): Operation<ListTagsForResourceCommandInput, Pick<ListTagsForResourceCommandOutput, 'Tags'>> {
  return async ({ ResourceArn }) => {
    const { tags } = await tagged(deps.store.read, ResourceArn);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };
}

/** TagResource: new values over old ones. Throws ResourceNotFound 404, InvalidParameter, TagLimitExceeded. */
export function tagResource(deps: SnsDeps): Operation<TagResourceCommandInput> {
  return async ({ ResourceArn, Tags = [] }) => {
    await deps.store.transact(async (tx) => {
      const topic = await tagged(tx, ResourceArn);
      await tx.put(topics, { ...topic, tags: newTags(topic.tags, Tags) });
    });
    return {};
  };
}

/** UntagResource; keys that are not there are passed over. Throws ResourceNotFound 404. */
export function untagResource(deps: SnsDeps): Operation<UntagResourceCommandInput> {
  return async ({ ResourceArn, TagKeys = [] }) => {
    await deps.store.transact(async (tx) => {
      const topic = await tagged(tx, ResourceArn);
      const left = Object.entries(topic.tags).filter(([key]) => !TagKeys.includes(key));
      await tx.put(topics, { ...topic, tags: Object.fromEntries(left) });
    });
    return {};
  };
}

async function tagged(from: Pick<Reader, 'get'>, arn: string | undefined): Promise<Topic> {
  const { account, region, resource } = readArn(arn, 'ResourceArn');
  const topic = await from.get(topics, [account, region, resource]);
  if (!topic) throw fail('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
  return topic;
}
