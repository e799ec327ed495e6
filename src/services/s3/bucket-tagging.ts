import type {
  DeleteBucketTaggingCommandInput,
  GetBucketTaggingCommandInput,
  PutBucketTaggingCommandInput,
} from '@aws-sdk/client-s3';
import { checkTags, type Operation } from '../../model/index.ts';
import { notConfigured, readSetting, writeSetting } from './bucket-setting.ts';
import type { S3Deps } from './deps.ts';

const KIND = 'tags';

/** GetBucketTagging. Throws NoSuchTagSet 404. */
export function getBucketTagging(deps: S3Deps): Operation<GetBucketTaggingCommandInput> {
  return async (input, context) => {
    const tags = await readSetting(deps, KIND, { input, context });
    if (tags === undefined) throw notConfigured('NoSuchTagSet', 'The TagSet does not exist', input.Bucket);
    return { TagSet: tags };
  };
}

/** PutBucketTagging: at most 50; replaces all. */
export function putBucketTagging(deps: S3Deps): Operation<PutBucketTaggingCommandInput> {
  return async (input, context) => {
    const tags = checkTags(input.Tagging?.TagSet ?? [], 50);
    await writeSetting(deps, { kind: KIND, value: tags.length > 0 ? tags : undefined }, { input, context });
    return {};
  };
}

/** DeleteBucketTagging. */
export function deleteBucketTagging(deps: S3Deps): Operation<DeleteBucketTaggingCommandInput> {
  return async (input, context) => {
    await writeSetting(deps, { kind: KIND, value: undefined }, { input, context });
    return {};
  };
}
