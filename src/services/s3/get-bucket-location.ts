import type { GetBucketLocationCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';

/** GetBucketLocation: nothing for us-east-1, `EU` when it was created so (spec/backends.md §2.2). */
export function getBucketLocation(deps: S3Deps): Operation<GetBucketLocationCommandInput> {
  return async (input, context) => {
    const { location } = await ownedBucket(deps.store.read, input, context);
    return location === '' ? {} : { LocationConstraint: location };
  };
}
