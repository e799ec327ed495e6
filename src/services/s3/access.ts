import type { Delete, ObjectIdentifier, PublicAccessBlockConfiguration } from '@aws-sdk/client-s3';
import type { Reader } from '../../kernel/index.ts';
import { type AccessRequest, compilePolicy, isPublicPolicy, type OperationContext } from '../../model/index.ts';
import { buckets, settings } from './collections.ts';
import { parseCopySource } from './copy-source.ts';
import { accessDenied } from './refusals.ts';

/** Action of an operation and what it is asked on: the bucket, the object, or nothing in particular. */
const ASKED: Readonly<Record<string, readonly [action: string, on: 'bucket' | 'object' | 'all']>> = {
  ListBuckets: ['ListAllMyBuckets', 'all'],
  DeleteBucketOwnershipControls: ['PutBucketOwnershipControls', 'bucket'],
  DeleteBucketReplication: ['PutReplicationConfiguration', 'bucket'],
  GetBucketAnalyticsConfiguration: ['GetAnalyticsConfiguration', 'bucket'],
  GetBucketIntelligentTieringConfiguration: ['GetIntelligentTieringConfiguration', 'bucket'],
  GetBucketInventoryConfiguration: ['GetInventoryConfiguration', 'bucket'],
  GetBucketMetricsConfiguration: ['GetMetricsConfiguration', 'bucket'],
  ListBucketAnalyticsConfigurations: ['GetAnalyticsConfiguration', 'bucket'],
  ListBucketIntelligentTieringConfigurations: ['GetIntelligentTieringConfiguration', 'bucket'],
  ListBucketInventoryConfigurations: ['GetInventoryConfiguration', 'bucket'],
  ListBucketMetricsConfigurations: ['GetMetricsConfiguration', 'bucket'],
  CreateBucket: ['CreateBucket', 'bucket'],
  DeleteBucket: ['DeleteBucket', 'bucket'],
  HeadBucket: ['ListBucket', 'bucket'],
  ListObjects: ['ListBucket', 'bucket'],
  ListObjectsV2: ['ListBucket', 'bucket'],
  ListObjectVersions: ['ListBucketVersions', 'bucket'],
  ListMultipartUploads: ['ListBucketMultipartUploads', 'bucket'],
  GetBucketLocation: ['GetBucketLocation', 'bucket'],
  GetBucketNotificationConfiguration: ['GetBucketNotification', 'bucket'],
  PutBucketNotificationConfiguration: ['PutBucketNotification', 'bucket'],
  GetPublicAccessBlock: ['GetBucketPublicAccessBlock', 'bucket'],
  PutPublicAccessBlock: ['PutBucketPublicAccessBlock', 'bucket'],
  DeletePublicAccessBlock: ['PutBucketPublicAccessBlock', 'bucket'],
  GetBucketEncryption: ['GetEncryptionConfiguration', 'bucket'],
  PutBucketEncryption: ['PutEncryptionConfiguration', 'bucket'],
  DeleteBucketEncryption: ['PutEncryptionConfiguration', 'bucket'],
  GetBucketLifecycleConfiguration: ['GetLifecycleConfiguration', 'bucket'],
  PutBucketLifecycleConfiguration: ['PutLifecycleConfiguration', 'bucket'],
  DeleteBucketLifecycle: ['PutLifecycleConfiguration', 'bucket'],
  GetBucketReplication: ['GetReplicationConfiguration', 'bucket'],
  GetBucketAccelerateConfiguration: ['GetAccelerateConfiguration', 'bucket'],
  PutBucketAccelerateConfiguration: ['PutAccelerateConfiguration', 'bucket'],
  GetObjectLockConfiguration: ['GetBucketObjectLockConfiguration', 'bucket'],
  DeleteBucketCors: ['PutBucketCORS', 'bucket'],
  GetBucketCors: ['GetBucketCORS', 'bucket'],
  PutBucketCors: ['PutBucketCORS', 'bucket'],
  DeleteBucketTagging: ['PutBucketTagging', 'bucket'],
  GetObject: ['GetObject', 'object'],
  HeadObject: ['GetObject', 'object'],
  GetObjectAttributes: ['GetObject', 'object'],
  PutObject: ['PutObject', 'object'],
  CopyObject: ['PutObject', 'object'],
  DeleteObject: ['DeleteObject', 'object'],
  CreateMultipartUpload: ['PutObject', 'object'],
  UploadPart: ['PutObject', 'object'],
  UploadPartCopy: ['PutObject', 'object'],
  CompleteMultipartUpload: ['PutObject', 'object'],
  AbortMultipartUpload: ['AbortMultipartUpload', 'object'],
  ListParts: ['ListMultipartUploadParts', 'object'],
  GetObjectTagging: ['GetObjectTagging', 'object'],
  PutObjectTagging: ['PutObjectTagging', 'object'],
  DeleteObjectTagging: ['DeleteObjectTagging', 'object'],
  GetObjectAcl: ['GetObjectAcl', 'object'],
};

type Protection = Pick<AccessRequest, 'resourcePolicy' | 'resourceAccount'>;

/** An owner's root can always mend the policy, whatever it denies. */
const POLICY_OPERATIONS = ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'];

/**
 * What an operation asks of IAM (spec/backends.md §1.2, §2.8). A bucket's policy goes along, with the account it belongs to, so that
 * both sides are judged; without a policy the operations themselves keep other accounts out.
 */
export async function accessRequests(
  from: Reader,
  operation: string,
  input: Record<string, unknown>,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  const asked = ASKED[operation] ?? [operation, input.Key === undefined ? 'bucket' : 'object'];
  const action = `s3:${versioned(asked[0], input)}`;
  if (asked[1] === 'all') return [{ action, resource: '*', context: {} }];
  const name = String(input.Bucket ?? '');
  // Whose a name is already, CreateBucket itself says.
  const { resourcePolicy, ...owner } = operation === 'CreateBucket' ? ({} as Protection) : await policyOf(from, name, context);
  const mends = context.principal.kind === 'root' && POLICY_OPERATIONS.includes(operation);
  const policy = mends && owner.resourceAccount === context.principal.account ? owner : { ...owner, resourcePolicy };
  const conditions = conditionsOf(input, context);
  const on = (action: string, key: unknown): AccessRequest => ({
    action,
    resource: key === undefined ? `arn:aws:s3:::${name}` : `arn:aws:s3:::${name}/${key}`,
    context: conditions,
    ...policy,
  });
  if (operation === 'DeleteObjects')
    return identifiersOf(input).map(({ Key, VersionId }) => on(`s3:${versioned('DeleteObject', { VersionId })}`, Key ?? ''));
  const own = on(action, asked[1] === 'object' ? input.Key : undefined);
  const attributes = operation === 'GetObjectAttributes' ? [on(`${action}Attributes`, input.Key)] : [];
  const tagging = input.Tagging !== undefined && own.action === 's3:PutObject' ? [on('s3:PutObjectTagging', input.Key)] : [];
  return [own, ...attributes, ...tagging, ...(await sourceRequests(from, input, context))];
}

const VERSIONED = /^(?:(?:Get|Delete)Object|PutObjectTagging$)/;

function versioned(action: string, input: Record<string, unknown>): string {
  return input.VersionId !== undefined && VERSIONED.test(action) ? action.replace('Object', 'ObjectVersion') : action;
}

/**
 * The bucket's owner, and its policy when it has one. Throws AccessDenied 403 for strangers when the policy is public and the public
 * access block restricts such buckets to their own account.
 */
async function policyOf(from: Reader, name: string, { principal }: OperationContext): Promise<Protection> {
  const bucket = await from.get(buckets, [name]);
  if (!bucket) return {};
  const setting = bucket.policed ? await from.get(settings, [name, 'policy']) : undefined;
  if (!setting) return { resourceAccount: bucket.account };
  const resourcePolicy: unknown = JSON.parse(setting.value as string);
  if (principal.account !== bucket.account && isPublicPolicy(compilePolicy(resourcePolicy, 'resource'))) {
    const block = (await from.get(settings, [name, 'publicAccessBlock']))?.value as PublicAccessBlockConfiguration | undefined;
    if (block?.RestrictPublicBuckets) throw accessDenied();
  }
  return { resourceAccount: bucket.account, resourcePolicy };
}

async function sourceRequests(
  from: Reader,
  input: Record<string, unknown>,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  if (input.CopySource === undefined) return [];
  const source = parseCopySource(String(input.CopySource));
  return [
    {
      action: source.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
      resource: `arn:aws:s3:::${source.Bucket}/${source.Key}`,
      context: conditionsOf({}, context),
      ...(await policyOf(from, source.Bucket, context)),
    },
  ];
}

function identifiersOf(input: Record<string, unknown>): readonly ObjectIdentifier[] {
  return ((input.Delete as Delete | undefined)?.Objects ?? []).slice(0, 1000);
}

/** Condition keys of S3 out of the input's members. */
const CONDITION_KEYS: Readonly<Record<string, string>> = {
  Prefix: 's3:prefix',
  Delimiter: 's3:delimiter',
  MaxKeys: 's3:max-keys',
  VersionId: 's3:versionid',
  ACL: 's3:x-amz-acl',
  CopySource: 's3:x-amz-copy-source',
  MetadataDirective: 's3:x-amz-metadata-directive',
  ServerSideEncryption: 's3:x-amz-server-side-encryption',
  StorageClass: 's3:x-amz-storage-class',
  IfMatch: 's3:if-match',
  IfNoneMatch: 's3:if-none-match',
};

function conditionsOf(input: Record<string, unknown>, context: OperationContext): AccessRequest['context'] {
  const conditions: Record<string, string | readonly string[]> = {};
  for (const [member, key] of Object.entries(CONDITION_KEYS))
    if (input[member] !== undefined) conditions[key] = String(input[member]);
  const hash = context.headers['x-amz-content-sha256'];
  if (hash !== undefined) conditions['s3:x-amz-content-sha256'] = hash;
  if (typeof input.Tagging !== 'string') return conditions;
  const tags = [...new URLSearchParams(input.Tagging)];
  for (const [key, value] of tags) conditions[`s3:requestobjecttag/${key.toLowerCase()}`] = value;
  conditions['s3:requestobjecttagkeys'] = tags.map(([key]) => key);
  return conditions;
}
