import type {
  AddTagsToStreamInput,
  ListTagsForStreamInput,
  ListTagsForStreamOutput,
  RemoveTagsFromStreamInput,
} from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { attached } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, streamNamed, streamRef } from './found.ts';
import { changeTags, tagList, withoutTags, withTags } from './tags.ts';

/** AddTagsToStream. */
export function addTagsToStream(deps: KinesisDeps): Operation<AddTagsToStreamInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    await deps.store.transact(async (tx) => {
      await streamNamed(tx, ref);
      await changeTags(tx, arnOf(ref), withTags(input.Tags!));
    });
    return {};
  };
}

/** RemoveTagsFromStream; keys that are not there are passed over. */
export function removeTagsFromStream(deps: KinesisDeps): Operation<RemoveTagsFromStreamInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    await deps.store.transact(async (tx) => {
      await streamNamed(tx, ref);
      await changeTags(tx, arnOf(ref), withoutTags(input.TagKeys!));
    });
    return {};
  };
}

/** ListTagsForStream: in the order of their keys, from behind ExclusiveStartTagKey. */
export function listTagsForStream(deps: KinesisDeps): Operation<ListTagsForStreamInput, ListTagsForStreamOutput> {
  return async (input, context) => {
    const stream = await streamNamed(deps.store.read, streamRef(input, context));
    const all = tagList((await deps.store.read.get(attached, [arnOf(stream)]))?.tags);
    const after = all.filter(({ Key }) => Key > (input.ExclusiveStartTagKey ?? ''));
    const limit = input.Limit ?? 50;
    return { Tags: after.slice(0, limit), HasMoreTags: after.length > limit };
  };
}
