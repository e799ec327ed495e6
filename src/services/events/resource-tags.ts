import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-eventbridge';
import type { Reader, Transaction } from '../../kernel/index.ts';
import { eventBuses, eventRules, type Operation, type Place, parseArn, type Tag } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { invalid } from './refusals.ts';
import { foundRule } from './rules.ts';
import { checkedTags } from './tags.ts';

/** ListTagsForResource of a rule or bus. */
export function listTagsForResource({ store }: EventsDeps): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async (input, context) => {
    const { tags = [] } = await tagged(store.read, context, input.ResourceARN!);
    return { Tags: [...tags] };
  };
}

/** TagResource: a key that is there gets the new value. */
export function tagResource({ store }: EventsDeps): Operation<TagResourceRequest> {
  return async (input, context) => {
    const added = checkedTags(input.Tags) ?? [];
    await store.transact(async (tx) => {
      const { tags = [], keep } = await tagged(tx, context, input.ResourceARN!);
      const merged = new Map([...tags, ...added].map((tag) => [tag.Key, tag]));
      await keep(tx, checkedTags([...merged.values()]));
    });
    return {};
  };
}

/** UntagResource: content with keys that are not there. */
export function untagResource({ store }: EventsDeps): Operation<UntagResourceRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const { tags = [], keep } = await tagged(tx, context, input.ResourceARN!);
      const left = tags.filter(({ Key }) => !input.TagKeys!.includes(Key));
      await keep(tx, left.length === 0 ? undefined : left);
    });
    return {};
  };
}

interface Tagged {
  readonly tags?: readonly Tag[];
  readonly keep: (tx: Transaction, tags: readonly Tag[] | undefined) => Promise<void>;
}

/** What an ARN names. Throws ResourceNotFoundException, ValidationException. */
async function tagged(from: Reader, place: Place, arn: string): Promise<Tagged> {
  const parsed = parseArn(arn);
  const [kind, ...names] = parsed?.resource.split('/') ?? [];
  if (parsed?.service === 'events' && kind === 'event-bus') {
    const { tags, ...bus } = await ownBus(from, place, arn);
    const keep: Tagged['keep'] = (tx, next) => tx.put(eventBuses, { ...bus, ...(next ? { tags: next } : {}) });
    return tags ? { tags, keep } : { keep };
  }
  if (parsed?.service !== 'events' || kind !== 'rule' || names.length === 0) throw invalid('Parameter ResourceARN is not valid.');
  const found = await foundRule(from, place, { Name: names.at(-1), EventBusName: names.slice(0, -1).join('/') || 'default' });
  const { tags, ...rule } = found.rule;
  const keep: Tagged['keep'] = (tx, next) => tx.put(eventRules, { ...rule, ...(next ? { tags: next } : {}) });
  return tags ? { tags, keep } : { keep };
}
