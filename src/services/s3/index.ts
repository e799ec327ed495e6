import type { Service, Store } from '../../kernel/index.ts';
import type { FindBucketCors, Operation, ReadObject, ServiceTable, StoreObject } from '../../model/index.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { accessRequests } from './access.ts';
import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from './access-control-lists.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './bucket-cors.ts';
import { deleteBucketLifecycle, getBucketLifecycleConfiguration, putBucketLifecycleConfiguration } from './bucket-lifecycle.ts';
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './bucket-notification.ts';
import {
  deleteBucketOwnershipControls,
  getBucketOwnershipControls,
  putBucketOwnershipControls,
} from './bucket-ownership-controls.ts';
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './bucket-policy.ts';
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './bucket-tagging.ts';
import { getBucketVersioning, putBucketVersioning } from './bucket-versioning.ts';
import { buckets } from './collections.ts';
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
import { getObjectAttributes } from './get-object-attributes.ts';
import { headBucket } from './head-bucket.ts';
import { headObject } from './head-object.ts';
import { createLifecycleSweep } from './lifecycle-sweep.ts';
import { listBuckets } from './list-buckets.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects } from './list-objects.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { listParts } from './list-parts.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts';
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.ts';
import { putObject } from './put-object.ts';
import { corsFinder, objectReader } from './read-port.ts';
import { objectStorer } from './store-object.ts';
import { unconfigured } from './unconfigured.ts';
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
    CreateBucket: createBucket(deps),
    CreateMultipartUpload: createMultipartUpload(deps),
    DeleteBucket: deleteBucket(deps),
    DeleteBucketCors: deleteBucketCors(deps),
    DeleteBucketLifecycle: deleteBucketLifecycle(deps),
    DeleteBucketOwnershipControls: deleteBucketOwnershipControls(deps),
    DeleteBucketPolicy: deleteBucketPolicy(deps),
    DeleteBucketTagging: deleteBucketTagging(deps),
    DeleteObject: deleteObject(deps),
    DeleteObjectTagging: deleteObjectTagging(deps),
    DeleteObjects: deleteObjects(deps),
    DeletePublicAccessBlock: deletePublicAccessBlock(deps),
    GetBucketAcl: getBucketAcl(deps),
    GetBucketCors: getBucketCors(deps),
    GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration(deps),
    GetBucketLocation: getBucketLocation(deps),
    GetBucketNotificationConfiguration: getBucketNotificationConfiguration(deps),
    GetBucketOwnershipControls: getBucketOwnershipControls(deps),
    GetBucketPolicy: getBucketPolicy(deps),
    GetBucketPolicyStatus: getBucketPolicyStatus(deps),
    GetBucketTagging: getBucketTagging(deps),
    GetBucketVersioning: getBucketVersioning(deps),
    GetObject: getObject(deps),
    GetObjectAcl: getObjectAcl(deps),
    GetObjectAttributes: getObjectAttributes(deps),
    GetObjectTagging: getObjectTagging(deps),
    GetPublicAccessBlock: getPublicAccessBlock(deps),
    HeadBucket: headBucket(deps),
    HeadObject: headObject(deps),
    ListBuckets: listBuckets(deps),
    ListMultipartUploads: listMultipartUploads(deps),
    ListObjectVersions: listObjectVersions(deps),
    ListObjects: listObjects(deps),
    ListObjectsV2: listObjectsV2(deps),
    ListParts: listParts(deps),
    PutBucketAcl: putBucketAcl(deps),
    PutBucketCors: putBucketCors(deps),
    PutBucketLifecycleConfiguration: putBucketLifecycleConfiguration(deps),
    PutBucketNotificationConfiguration: putBucketNotificationConfiguration(deps),
    PutBucketOwnershipControls: putBucketOwnershipControls(deps),
    PutBucketPolicy: putBucketPolicy(deps),
    PutBucketTagging: putBucketTagging(deps),
    PutBucketVersioning: putBucketVersioning(deps),
    PutObject: putObject(deps),
    PutObjectAcl: putObjectAcl(deps),
    PutObjectTagging: putObjectTagging(deps),
    PutPublicAccessBlock: putPublicAccessBlock(deps),
    UploadPart: uploadPart(deps),
    UploadPartCopy: uploadPartCopy(deps),
    ...unconfigured(deps),
  };
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    postObject: putObject(deps, 'ObjectCreated:Post') as Operation,
    access: (operation, input, context) => accessRequests(deps.store.read, operation, input, context),
  };
}

/** What works behind: the end of objects, versions and uploads by their buckets' lifecycles. */
export function s3Background(deps: S3Deps): Service {
  return createLifecycleSweep(deps);
}

/** Reads objects for other services (Lambda's Code.S3Bucket). */
export function readObject(deps: { readonly store: Store }): ReadObject {
  return objectReader(deps.store);
}

/** CORS rules for the gateway. */
export function findBucketCors(deps: { readonly store: Store }): FindBucketCors {
  return corsFinder(deps.store);
}

/** Puts objects for dispatch, as their bucket's owner. */
export function storeObject(deps: S3Deps): StoreObject {
  return objectStorer(deps);
}

/** Whether an account has a bucket of that ARN. */
export function bucketExists({ store }: { readonly store: Store }): (arn: string, owner: string) => Promise<boolean> {
  return async (arn, owner) => (await store.read.get(buckets, [arn.slice(arn.lastIndexOf(':') + 1)]))?.account === owner;
}
