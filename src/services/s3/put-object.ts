import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { checkKey, checkWriteConditions, judgeWrite, type Operation, parseTagHeader } from '../../model/index.ts';
import { announce, announcement } from './change-object.ts';
import { objects, type StoredObject } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { checksumMembers, describeObject, quoted } from './object-description.ts';
import { expirationHeader } from './object-expiry.ts';
import { putLatest } from './object-versions.ts';
import { ownedBucket } from './owned-bucket.ts';
import { receiveContent } from './receive-content.ts';
import { refuseUnkept } from './refusals.ts';

/** Above this it is worth a look at the bucket before the body is received. */
const LARGE = 64 * 1024;

type Output = Omit<PutObjectCommandOutput, '$metadata'>;

/** PutObject (spec/backends.md §2.2, §2.3), or another way to put an object by its event's name: content, row and event become durable in one transaction. */
export function putObject(deps: S3Deps, eventName = 'ObjectCreated:Put'): Operation<PutObjectCommandInput, Output> {
  return async (input, context) => {
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnkept(input);
    const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
    checkWriteConditions(conditions);
    const tags = parseTagHeader(input.Tagging);
    const description = describeObject(input);
    if ((input.ContentLength ?? 0) > LARGE) await ownedBucket(deps.store.read, input, context);
    const content = await receiveContent(deps.store.blobs, input, context);
    const change = announcement(deps, context);
    const put = await deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      const before = await tx.get(objects, [bucket.bucket, key]);
      judgeWrite(before, conditions, key);
      const object: StoredObject = {
        bucket: bucket.bucket,
        key,
        owner: bucket.account,
        size: content.blob.size,
        etag: content.md5,
        modified: change.time,
        hash: content.blob.hash,
        checksum: content.checksum,
        description,
        ...(tags.length > 0 ? { tags } : {}),
      };
      await tx.addBlob(content.blob);
      const put = await putLatest(tx, object, { bucket, key, before, change });
      await announce(tx, eventName, put, change);
      return { version: put.version, expiration: await expirationHeader(tx, bucket, put) };
    });
    return {
      ETag: quoted(content.md5),
      ServerSideEncryption: 'AES256',
      VersionId: put.version,
      Expiration: put.expiration,
      ...checksumMembers(content.checksum),
    };
  };
}
