import type {
  DeleteObjectTaggingCommandInput,
  GetObjectTaggingCommandInput,
  PutObjectTaggingCommandInput,
} from '@aws-sdk/client-s3';
import type { OperationContext } from '../../model/index.ts';
import { checkTags, type Operation, type Tag } from '../../model/index.ts';
import { announce, announcement } from './change-object.ts';
import { objects, type StoredObject } from './collections.ts';
import { currentObject, type ObjectInput } from './current-object.ts';
import type { S3Deps } from './deps.ts';

/** GetObjectTagging. */
export function getObjectTagging(deps: S3Deps): Operation<GetObjectTaggingCommandInput> {
  return async (input, context) => {
    const object = await currentObject(deps.store.read, input, context);
    return { TagSet: object.tags ?? [] };
  };
}

/** PutObjectTagging: replaces all of an object's tags (spec/backends.md §2.6). Throws InvalidTag, BadRequest. */
export function putObjectTagging(deps: S3Deps): Operation<PutObjectTaggingCommandInput> {
  return async (input, context) => {
    const tags = checkTags(input.Tagging?.TagSet ?? [], 10);
    await retag(deps, { input, context, tags, eventName: 'ObjectTagging:Put' });
    return {};
  };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(deps: S3Deps): Operation<DeleteObjectTaggingCommandInput> {
  return async (input, context) => {
    await retag(deps, { input, context, tags: [], eventName: 'ObjectTagging:Delete' });
    return {};
  };
}

interface Retagging {
  readonly input: ObjectInput;
  readonly context: OperationContext;
  readonly tags: readonly Tag[];
  readonly eventName: string;
}

async function retag(deps: S3Deps, { input, context, tags, eventName }: Retagging): Promise<void> {
  const change = announcement(deps, context);
  await deps.store.transact(async (tx) => {
    const { tags: _, ...rest } = await currentObject(tx, input, context);
    const object: StoredObject = tags.length > 0 ? { ...rest, tags } : rest;
    await tx.put(objects, object);
    await announce(tx, eventName, object, change);
  });
}
