import { ifThere, region, s3, unless } from './clients.mjs';

export async function deployBucket(Bucket) {
  const CreateBucketConfiguration = region === 'us-east-1' ? undefined : { LocationConstraint: region };
  await unless(['BucketAlreadyOwnedByYou'], s3.createBucket({ Bucket, CreateBucketConfiguration }));
}

/** With all that is in it. */
export async function removeBucket(Bucket) {
  for (;;) {
    const { Contents } = (await ifThere(s3.listObjectsV2({ Bucket }))) ?? {};
    if (!Contents?.length) break;
    await s3.deleteObjects({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } });
  }
  await ifThere(s3.deleteBucket({ Bucket }));
}
