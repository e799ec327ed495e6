import type {
  DeletePublicAccessBlockCommandInput,
  GetPublicAccessBlockCommandInput,
  PublicAccessBlockConfiguration,
  PutPublicAccessBlockCommandInput,
} from '@aws-sdk/client-s3';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { settings } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { malformedXml } from './refusals.ts';

/** What new buckets have. There are no public ACLs here at all; BlockPublicPolicy is enforced by PutBucketPolicy. */
export const noPublicAccess: Required<PublicAccessBlockConfiguration> = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const KIND = 'publicAccessBlock';

/** GetPublicAccessBlock. Throws NoSuchPublicAccessBlockConfiguration 404. */
export function getPublicAccessBlock(deps: S3Deps): Operation<GetPublicAccessBlockCommandInput> {
  return async (input, context) => {
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const setting = await deps.store.read.get(settings, [bucket, KIND]);
    if (!setting)
      throw fail('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', {
        status: 404,
        fields: { BucketName: bucket },
      });
    return { PublicAccessBlockConfiguration: setting.value };
  };
}

/** PutPublicAccessBlock; members left out are false. */
export function putPublicAccessBlock(deps: S3Deps): Operation<PutPublicAccessBlockCommandInput> {
  return async (input, context) => {
    const given = input.PublicAccessBlockConfiguration;
    if (!given) throw malformedXml();
    const value = {
      BlockPublicAcls: given.BlockPublicAcls ?? false,
      IgnorePublicAcls: given.IgnorePublicAcls ?? false,
      BlockPublicPolicy: given.BlockPublicPolicy ?? false,
      RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
    };
    await deps.store.transact(async (tx) => {
      const { bucket } = await ownedBucket(tx, input, context);
      await tx.put(settings, { bucket, kind: KIND, value });
    });
    return {};
  };
}

/** DeletePublicAccessBlock. */
export function deletePublicAccessBlock(deps: S3Deps): Operation<DeletePublicAccessBlockCommandInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { bucket } = await ownedBucket(tx, input, context);
      await tx.delete(settings, [bucket, KIND]);
    });
    return {};
  };
}
