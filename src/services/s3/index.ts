import type { Store } from '../../kernel/index.ts';
import type { FindBucketCors, Operation, ReadObject, ServiceTable } from '../../model/index.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { accessRequests } from './access.ts';
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './bucket-notification.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { createBucket } from './create-bucket.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import type { S3Deps } from './deps.ts';
import { getBucketLocation } from './get-bucket-location.ts';
import { getObject } from './get-object.ts';
import { headBucket } from './head-bucket.ts';
import { headObject } from './head-object.ts';
import { listBuckets } from './list-buckets.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects } from './list-objects.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { listParts } from './list-parts.ts';
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.ts';
import { putObject } from './put-object.ts';
import { corsFinder, objectReader } from './read-port.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

export { schema } from './collections.ts';
export type { S3Deps } from './deps.ts';

/** The operations of S3, and what each asks of IAM. What is not here is answered NotImplemented by the gateway. */
export function s3Service(deps: S3Deps): ServiceTable {
  const operations = {
    AbortMultipartUpload: abortMultipartUpload(deps),
    CompleteMultipartUpload: completeMultipartUpload(deps),
    CopyObject: copyObject(deps),
    CreateMultipartUpload: createMultipartUpload(deps),
    ListMultipartUploads: listMultipartUploads(deps),
    ListParts: listParts(deps),
    UploadPart: uploadPart(deps),
    UploadPartCopy: uploadPartCopy(deps),
    CreateBucket: createBucket(deps),
    DeleteBucket: deleteBucket(deps),
    DeleteObject: deleteObject(deps),
    DeleteObjects: deleteObjects(deps),
    DeletePublicAccessBlock: deletePublicAccessBlock(deps),
    GetBucketLocation: getBucketLocation(deps),
    GetBucketNotificationConfiguration: getBucketNotificationConfiguration(deps),
    GetObject: getObject(deps),
    GetPublicAccessBlock: getPublicAccessBlock(deps),
    HeadBucket: headBucket(deps),
    HeadObject: headObject(deps),
    ListBuckets: listBuckets(deps),
    ListObjectVersions: listObjectVersions(deps),
    ListObjects: listObjects(deps),
    ListObjectsV2: listObjectsV2(deps),
    PutBucketNotificationConfiguration: putBucketNotificationConfiguration(deps),
    PutObject: putObject(deps),
    PutPublicAccessBlock: putPublicAccessBlock(deps),
  };
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    access: (operation, input, context) => accessRequests(deps.store.read, operation, input, context),
  };
}

/** Reads objects for other services (Lambda's Code.S3Bucket). */
export function readObject(deps: { readonly store: Store }): ReadObject {
  return objectReader(deps.store);
}

/** CORS rules for the gateway. */
export function findBucketCors(deps: { readonly store: Store }): FindBucketCors {
  return corsFinder(deps.store);
}
