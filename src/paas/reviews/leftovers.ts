import { isFailure } from '../../kernel/index.ts';
import type { Operate, Place } from '../../model/index.ts';
import type { Leftovers } from './collections.ts';
import { deleteRole } from './copy-role.ts';

/** Deletes what a review app made beside its functions: declared resources with their data, log groups, its role. What is gone already is fine. */
export async function deleteLeftovers(
  operate: Operate,
  place: Place,
  { resources, functions, role }: Leftovers,
  signal: AbortSignal,
): Promise<void> {
  for (const { kind, real } of resources) {
    signal.throwIfAborted();
    await unlessGone(() => DELETERS[kind](operate, real, place));
  }
  for (const name of functions)
    await unlessGone(() => operate('logs', 'DeleteLogGroup', { logGroupName: `/aws/lambda/${name}` }));
  const { Items = [] } = await operate<{ Items?: { ApiId: string; Name: string }[] }>('apigatewayv2', 'GetApis', {});
  for (const { ApiId, Name } of Items) // the one that routes of an environment belong to
    if (Name === 'dalamb') await unlessGone(() => operate('apigatewayv2', 'DeleteApi', { ApiId }));
  if (role !== '') await deleteRole(operate, role);
}

type Deleter = (operate: Operate, real: string, place: Place) => Promise<unknown>;

const DELETERS: Readonly<Record<Leftovers['resources'][number]['kind'], Deleter>> = {
  bucket: deleteBucket,
  table: (operate, TableName) => operate('dynamodb', 'DeleteTable', { TableName }),
  queue: async (operate, QueueName) => {
    const { QueueUrl } = await operate<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
    await operate('sqs', 'DeleteQueue', { QueueUrl });
  },
  topic: (operate, real, { account, region }) =>
    operate('sns', 'DeleteTopic', { TopicArn: `arn:aws:sns:${region}:${account}:${real}` }),
  stream: (operate, StreamName) => operate('kinesis', 'DeleteStream', { StreamName, EnforceConsumerDeletion: true }),
};

interface Versions {
  readonly Versions?: readonly { readonly Key: string; readonly VersionId?: string }[];
  readonly DeleteMarkers?: readonly { readonly Key: string; readonly VersionId?: string }[];
}

const MOST_ROUNDS = 10_000;

/** With all versions of all objects, a thousand at a time, and uploads that were not finished. */
async function deleteBucket(operate: Operate, Bucket: string): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { Versions = [], DeleteMarkers = [] } = await operate<Versions>('s3', 'ListObjectVersions', { Bucket, MaxKeys: 1000 });
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) break;
    await operate('s3', 'DeleteObjects', { Bucket, Delete: { Objects, Quiet: true } });
  }
  const { Uploads = [] } = await operate<{ Uploads?: { Key: string; UploadId: string }[] }>('s3', 'ListMultipartUploads', {
    Bucket,
  });
  for (const { Key, UploadId } of Uploads) await operate('s3', 'AbortMultipartUpload', { Bucket, Key, UploadId });
  await operate('s3', 'DeleteBucket', { Bucket });
}

const GONE = new Set(['NoSuchBucket', 'ResourceNotFoundException', 'QueueDoesNotExist', 'NotFound', 'NotFoundException']);

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFailure(error) || !GONE.has(error.code)) throw error;
  }
}
