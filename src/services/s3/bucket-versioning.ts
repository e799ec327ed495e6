import type {
  GetBucketVersioningCommandInput,
  GetBucketVersioningCommandOutput,
  PutBucketVersioningCommandInput,
} from '@aws-sdk/client-s3';
import { fail } from '../../kernel/index.ts';
import { headerNotImplemented, type Operation } from '../../model/index.ts';
import { buckets } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { malformedXml, notImplemented } from './refusals.ts';

/** GetBucketVersioning: empty when it was never set (spec/backends.md §2.6). */
export function getBucketVersioning(
  deps: S3Deps,
): Operation<GetBucketVersioningCommandInput, Pick<GetBucketVersioningCommandOutput, 'Status'>> {
  return async (input, context) => {
    const { versioning } = await ownedBucket(deps.store.read, input, context);
    return versioning ? { Status: versioning } : {};
  };
}

/**
 * PutBucketVersioning: Enabled or Suspended, and never back to unset. What is there stays as it is: objects from before are version `null`.
 * Throws IllegalVersioningConfigurationException; NotImplemented 501 for MFA delete.
 */
export function putBucketVersioning(deps: S3Deps): Operation<PutBucketVersioningCommandInput> {
  return async (input, context) => {
    const { Status, MFADelete } = input.VersioningConfiguration ?? {};
    if (Status === undefined) throw fail('IllegalVersioningConfigurationException', 'The Versioning element must be specified');
    if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml();
    if (MFADelete === 'Enabled') throw notImplemented('MFA delete');
    if (input.MFA !== undefined) throw headerNotImplemented('x-amz-mfa');
    await deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      await tx.put(buckets, { ...bucket, versioning: Status });
    });
    return {};
  };
}
