import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-scheduler';
import type { Reader } from '../../kernel/index.ts';
import { type Operation, type Place, parseArn, type ScheduleGroup, scheduleGroups } from '../../model/index.ts';
import type { SchedulerDeps } from './deps.ts';
import { foundGroup } from './groups.ts';
import { invalid, missing } from './refusals.ts';
import { checkedTags } from './tags.ts';

/** ListTagsForResource of a group. */
export function listTagsForResource({ store }: SchedulerDeps): Operation<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async (input, context) => {
    const { tags = [] } = await taggedGroup(store.read, context, input.ResourceArn!);
    return { Tags: [...tags] };
  };
}

/** TagResource: a key that is there gets the new value. */
export function tagResource({ store }: SchedulerDeps): Operation<TagResourceInput> {
  return async (input, context) => {
    const added = checkedTags(input.Tags) ?? [];
    await store.transact(async (tx) => {
      const { tags = [], ...group } = await taggedGroup(tx, context, input.ResourceArn!);
      const merged = checkedTags([...new Map([...tags, ...added].map((tag) => [tag.Key, tag])).values()]);
      await tx.put(scheduleGroups, { ...group, ...(merged ? { tags: merged } : {}) });
    });
    return {};
  };
}

/** UntagResource: content with keys that are not there. */
export function untagResource({ store }: SchedulerDeps): Operation<UntagResourceInput> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const { tags = [], ...group } = await taggedGroup(tx, context, input.ResourceArn!);
      const left = tags.filter(({ Key }) => !input.TagKeys!.includes(Key));
      await tx.put(scheduleGroups, { ...group, ...(left.length > 0 ? { tags: left } : {}) });
    });
    return {};
  };
}

/** Only groups have tags. Throws ResourceNotFoundException 404, ValidationException. */
async function taggedGroup(from: Reader, place: Place, arn: string): Promise<ScheduleGroup> {
  const parsed = parseArn(arn);
  const [kind, name, ...more] = parsed?.resource.split('/') ?? [];
  if (parsed?.service !== 'scheduler' || kind !== 'schedule-group' || !name || more.length > 0) {
    throw invalid('Only schedule groups can be tagged.');
  }
  if (parsed.account !== place.account || parsed.region !== place.region) throw missing(`Schedule group ${name}`);
  return foundGroup(from, place, name);
}
