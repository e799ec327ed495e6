import type { HeadBucketCommandInput, HeadBucketCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';

type Output = Omit<HeadBucketCommandOutput, '$metadata'>;

/** HeadBucket (spec/backends.md §2.2). */
export function headBucket(deps: S3Deps): Operation<HeadBucketCommandInput, Output> {
  return async (input, context) => {
    const { bucket, region } = await ownedBucket(deps.store.read, input, context);
    return { BucketRegion: region, BucketArn: `arn:aws:s3:::${bucket}`, AccessPointAlias: false };
  };
}
