import type { DeleteBucketCommandInput } from '@aws-sdk/client-s3';
import { fail, type Transaction } from '../../kernel/index.ts';
import { bucketNotifications, type Operation } from '../../model/index.ts';
import { dropParts } from './change-object.ts';
import { buckets, lifecycles, objects, settings, uploads, versions } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';

/** DeleteBucket: only an empty one; its settings and unfinished uploads go with it. Throws BucketNotEmpty 409. */
export function deleteBucket(deps: S3Deps): Operation<DeleteBucketCommandInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { bucket, versioning } = await ownedBucket(tx, input, context);
      await checkEmpty(tx, bucket, versioning !== undefined);
      await dropUploads(tx, bucket);
      const kept = await tx.range(settings, { prefix: [bucket], limit: 100 });
      for (const { kind } of kept.items) await tx.delete(settings, [bucket, kind]);
      await tx.delete(bucketNotifications, [bucket]);
      await tx.delete(lifecycles, [bucket]);
      await tx.delete(buckets, [bucket]);
    });
    return {};
  };
}

async function checkEmpty(tx: Transaction, bucket: string, versioned: boolean): Promise<void> {
  const [held, older] = [
    await tx.range(objects, { prefix: [bucket], limit: 1 }),
    await tx.range(versions, { prefix: [bucket], limit: 1 }),
  ];
  if (held.items.length + older.items.length === 0) return;
  const more = versioned ? '. You must delete all versions in the bucket.' : '';
  throw fail('BucketNotEmpty', `The bucket you tried to delete is not empty${more}`, {
    status: 409,
    fields: { BucketName: bucket },
  });
}

async function dropUploads(tx: Transaction, bucket: string): Promise<void> {
  for (;;) {
    const page = await tx.range(uploads, { prefix: [bucket], limit: 1000 });
    for (const { key, upload } of page.items) {
      await dropParts(tx, upload);
      await tx.delete(uploads, [bucket, key, upload]);
    }
    if (!page.next) return;
  }
}
