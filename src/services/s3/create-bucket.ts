import type { CreateBucketCommandInput, CreateBucketCommandOutput } from '@aws-sdk/client-s3';
import { fail } from '../../kernel/index.ts';
import { checkTags, isBucketName, type Operation } from '../../model/index.ts';
import { buckets, settings } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { noPublicAccess } from './public-access-block.ts';
import { invalidRequest, notImplemented, refuseAcl } from './refusals.ts';

type Output = Omit<CreateBucketCommandOutput, '$metadata'>;

/** CreateBucket (spec/backends.md §2.2): creating one's own again is 200 in us-east-1 and 409 elsewhere. */
export function createBucket(deps: S3Deps): Operation<CreateBucketCommandInput, Output> {
  return async (input, context) => {
    const name = input.Bucket ?? '';
    if (!isBucketName(name))
      throw fail('InvalidBucketName', 'The specified bucket is not valid.', { fields: { BucketName: name } });
    refuseUnkeptOptions(input);
    const location = locationOf(input.CreateBucketConfiguration?.LocationConstraint, context.region);
    const tags = checkTags(input.CreateBucketConfiguration?.Tags ?? [], 50);
    const { account } = context.principal;
    await deps.store.transact(async (tx) => {
      const before = await tx.get(buckets, [name]);
      if (before && before.account !== account) throw alreadyExists(name);
      if (before && context.region !== 'us-east-1') throw alreadyOwned(name);
      if (before) return;
      await tx.put(buckets, { bucket: name, account, region: context.region, created: context.now, location });
      await tx.put(settings, { bucket: name, kind: 'publicAccessBlock', value: noPublicAccess });
      await tx.put(settings, { bucket: name, kind: 'ownership', value: 'BucketOwnerEnforced' });
      if (tags.length > 0) await tx.put(settings, { bucket: name, kind: 'tags', value: tags });
    });
    return {
      Location: context.region === 'us-east-1' ? `/${name}` : `${context.endpoint}/${name}`,
      BucketArn: `arn:aws:s3:::${name}`,
    };
  };
}

function refuseUnkeptOptions(input: CreateBucketCommandInput): void {
  refuseAcl(input);
  if (input.ObjectLockEnabledForBucket) throw notImplemented('Object Lock');
  if (input.ObjectOwnership !== undefined && input.ObjectOwnership !== 'BucketOwnerEnforced')
    throw notImplemented(`Object ownership ${input.ObjectOwnership}`);
  if (input.BucketNamespace !== undefined && input.BucketNamespace !== 'global') throw notImplemented('x-amz-bucket-namespace');
  const { Location, Bucket } = input.CreateBucketConfiguration ?? {};
  if (Location !== undefined || Bucket !== undefined) throw notImplemented('Directory buckets');
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

function locationOf(constraint: string | undefined, region: string): string {
  if (region === 'us-east-1') {
    if (constraint === undefined) return '';
    if (constraint !== 'us-east-1' && (constraint === 'EU' || REGION.test(constraint))) return constraint;
    throw fail('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      fields: { LocationConstraint: constraint },
    });
  }
  if (constraint === region || (constraint === 'EU' && region === 'eu-west-1')) return constraint;
  const named = constraint ?? 'unspecified';
  if (constraint !== undefined && !REGION.test(constraint)) throw invalidRequest(`Unknown location constraint ${constraint}`);
  throw fail(
    'IllegalLocationConstraintException',
    `The ${named} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function alreadyExists(name: string) {
  return fail(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { status: 409, fields: { BucketName: name } },
  );
}

function alreadyOwned(name: string) {
  return fail('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', {
    status: 409,
    fields: { BucketName: name },
  });
}
