import type {
  DeleteObjectTaggingCommandInput,
  GetObjectTaggingCommandInput,
  PutObjectTaggingCommandInput,
} from '@aws-sdk/client-s3';
import type { OperationContext } from '../../model/index.ts';
import { checkTags, type Operation, type Tag } from '../../model/index.ts';
import { announce, announcement } from './change-object.ts';
import type { StoredObject } from './collections.ts';
import { currentObject, foundObject, type ObjectInput } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { saveObject } from './object-versions.ts';

/** GetObjectTagging. */
export function getObjectTagging(deps: S3Deps): Operation<GetObjectTaggingCommandInput> {
  return async (input, context) => {
    const object = await currentObject(deps.store.read, input, context);
    return { TagSet: object.tags ?? [], VersionId: object.version };
  };
}

/** PutObjectTagging: replaces all of an object's tags (spec/backends.md §2.6). Throws InvalidTag, BadRequest. */
export function putObjectTagging(deps: S3Deps): Operation<PutObjectTaggingCommandInput> {
  return async (input, context) => {
    const tags = checkTags(input.Tagging?.TagSet ?? [], 10);
    return retag(deps, { input, context, tags, eventName: 'ObjectTagging:Put' });
  };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(deps: S3Deps): Operation<DeleteObjectTaggingCommandInput> {
  return async (input, context) => {
    return retag(deps, { input, context, tags: [], eventName: 'ObjectTagging:Delete' });
  };
}

interface Retagging {
  readonly input: ObjectInput;
  readonly context: OperationContext;
  readonly tags: readonly Tag[];
  readonly eventName: string;
}

async function retag(deps: S3Deps, { input, context, tags, eventName }: Retagging): Promise<{ VersionId: string | undefined }> {
  const change = announcement(deps, context);
  return deps.store.transact(async (tx) => {
    const { object: before, row } = await foundObject(tx, input, context);
    const { tags: _, ...rest } = before;
    const object: StoredObject = tags.length > 0 ? { ...rest, tags } : rest;
    await saveObject(tx, object, row);
    await announce(tx, eventName, object, change);
    return { VersionId: object.version };
  });
}
