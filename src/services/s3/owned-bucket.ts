import type { Reader } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { type Bucket, buckets } from './collections.ts';
import { accessDenied, noSuchBucket } from './refusals.ts';

/** Input members that say which bucket, and whose it is believed to be. */
export interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket, if the caller may touch it: its own account's, or one whose policy let the call through (access.ts).
 * Throws NoSuchBucket 404, AccessDenied 403.
 */
export async function ownedBucket(from: Reader, input: BucketInput, context: OperationContext): Promise<Bucket> {
  const name = input.Bucket ?? '';
  const bucket = await from.get(buckets, [name]);
  if (!bucket) throw noSuchBucket(name);
  checkOwner(bucket.account, input, context, bucket.policed);
  return bucket;
}

/** Throws AccessDenied unless owner is the caller's account (or a policy decided) and the one that the caller expects. */
export function checkOwner(owner: string, input: BucketInput, context: OperationContext, policed = false): void {
  if (owner !== context.principal.account && !policed) throw accessDenied();
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== owner) throw accessDenied();
}
