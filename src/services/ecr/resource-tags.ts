import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-ecr';
import type { Reader } from '../../kernel/index.ts';
import { type Operation, type Place, parseArn } from '../../model/index.ts';
import { type Repository, repositories } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { invalid } from './refusals.ts';
import { foundRepository } from './repositories.ts';
import { checkedTags } from './tags.ts';

export function listTagsForResource({ store }: EcrDeps): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async (input, context) => {
    const { tags = [] } = await tagged(store.read, context, input.resourceArn!);
    return { tags: [...tags] };
  };
}

/** TagResource: a key that is there gets the new value. */
export function tagResource({ store }: EcrDeps): Operation<TagResourceRequest> {
  return async (input, context) => {
    const added = checkedTags(input.tags ?? []);
    await store.transact(async (tx) => {
      const repository = await tagged(tx, context, input.resourceArn!);
      const all = new Map([...(repository.tags ?? []), ...added].map((tag) => [tag.Key, tag]));
      await tx.put(repositories, { ...repository, tags: checkedTags([...all.values()]) });
    });
    return {};
  };
}

/** UntagResource: content with keys that are not there. */
export function untagResource({ store }: EcrDeps): Operation<UntagResourceRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const repository = await tagged(tx, context, input.resourceArn!);
      const left = (repository.tags ?? []).filter(({ Key }) => !input.tagKeys!.includes(Key));
      await tx.put(repositories, { ...repository, tags: left });
    });
    return {};
  };
}

/** Only repositories have tags. Throws InvalidParameterException, RepositoryNotFoundException. */
async function tagged(from: Reader, { account, region }: Place, arn: string): Promise<Repository> {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'ecr' || !parsed.resource.startsWith('repository/') || parsed.region !== region)
    throw invalid("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'");
  if (parsed.account !== account) throw invalid(`The registry ${parsed.account} is another account's`);
  return foundRepository(from, { account, region, repository: parsed.resource.slice('repository/'.length) });
}
