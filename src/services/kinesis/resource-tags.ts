import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-kinesis';
import type { Reader } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { attached } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, consumerOfArn, streamNamed, streamRef } from './found.ts';
import { changeTags, tagList, withoutTags, withTags } from './tags.ts';

interface Named {
  readonly ResourceARN: string | undefined;
  readonly StreamId?: string | undefined;
}

/** The ARN of a stream or consumer that is there. Throws ResourceNotFoundException. */
export async function resourceArn(
  read: Reader,
  { ResourceARN: arn, StreamId }: Named,
  context: OperationContext,
): Promise<string> {
  if (arn!.includes('/consumer/')) {
    await consumerOfArn(read, arn!);
    return arn!;
  }
  return arnOf(await streamNamed(read, streamRef({ StreamARN: arn, StreamId }, context)));
}

/** TagResource, of a stream or a consumer. */
export function tagResource(deps: KinesisDeps): Operation<TagResourceInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      await changeTags(tx, await resourceArn(tx, input, context), withTags(input.Tags!));
    });
    return {};
  };
}

/** UntagResource; keys that are not there are passed over. */
export function untagResource(deps: KinesisDeps): Operation<UntagResourceInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      await changeTags(tx, await resourceArn(tx, input, context), withoutTags(input.TagKeys!));
    });
    return {};
  };
}

/** ListTagsForResource: in the order of their keys. */
export function listTagsForResource(deps: KinesisDeps): Operation<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async (input, context) => {
    const arn = await resourceArn(deps.store.read, input, context);
    return { Tags: tagList((await deps.store.read.get(attached, [arn]))?.tags) };
  };
}
