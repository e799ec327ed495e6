import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Transaction } from '../../kernel/index.ts';
import {
  checkKey,
  checkWriteConditions,
  judgeRead,
  judgeWrite,
  type Operation,
  type OperationContext,
  parseTagHeader,
  preconditionFailed,
} from '../../model/index.ts';
import { type Announcement, announce, announcement } from './change-object.ts';
import { objects, type StoredObject } from './collections.ts';
import { type CopiedContent, copyContent, takeContent } from './copy-content.ts';
import { parseCopySource } from './copy-source.ts';
import { foundObject } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { checksumMembers, describeObject, quoted, wholeSeconds } from './object-description.ts';
import { expirationHeader } from './object-expiry.ts';
import { putLatest } from './object-versions.ts';
import { ownedBucket } from './owned-bucket.ts';
import { checksumName, MOST_BYTES } from './receive-content.ts';
import { invalidRequest, refuseUnkept } from './refusals.ts';

type Output = Omit<CopyObjectCommandOutput, '$metadata'>;

/** CopyObject (spec/backends.md §2.6). The content is linked, not copied, unless the source has parts or another checksum is wanted. */
export function copyObject(deps: S3Deps): Operation<CopyObjectCommandInput, Output> {
  return async (input, context) => {
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnkept(input);
    checkWriteConditions({ ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch });
    const algorithm = input.ChecksumAlgorithm === undefined ? undefined : checksumName(input.ChecksumAlgorithm);
    const source = await sourceOf(deps, input, context);
    const change = announcement(deps, context);
    const described = describeCopy(input, source);
    const content = await copyContent(deps.store, source, { algorithm: algorithm ?? source.checksum.algorithm });
    const object = await deps.store.transact((tx) => write(tx, { input, context, source, content, described, change }));
    return {
      CopyObjectResult: {
        ETag: quoted(object.etag),
        LastModified: wholeSeconds(object.modified),
        ...checksumMembers(object.checksum),
      },
      ServerSideEncryption: 'AES256',
      VersionId: object.version,
      Expiration: object.expiration,
      CopySourceVersionId: source.version,
    };
  };
}

async function sourceOf(deps: S3Deps, input: CopyObjectCommandInput, context: OperationContext): Promise<StoredObject> {
  const named = parseCopySource(input.CopySource ?? '');
  const asked = { ...named, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  const { object: source, row } = await foundObject(deps.store.read, asked, context);
  const verdict = judgeRead(source, {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  if (verdict !== undefined) throw preconditionFailed(verdict === 'not-modified' ? 'x-amz-copy-source-If-None-Match' : verdict);
  if (source.size > MOST_BYTES)
    throw invalidRequest(`The specified copy source is larger than the maximum allowable size for a copy source: ${MOST_BYTES}`);
  const onto = !row && source.bucket === input.Bucket && source.key === input.Key;
  if (onto && input.MetadataDirective !== 'REPLACE')
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  return source;
}

/** Description and tags of the copy, by the two directives. */
function describeCopy(input: CopyObjectCommandInput, source: StoredObject): Pick<StoredObject, 'description' | 'tags'> {
  const description = input.MetadataDirective === 'REPLACE' ? describeObject(input) : source.description;
  const tags = input.TaggingDirective === 'REPLACE' ? parseTagHeader(input.Tagging) : (source.tags ?? []);
  return { description, ...(tags.length > 0 ? { tags } : {}) };
}

interface Copy {
  readonly input: CopyObjectCommandInput;
  readonly context: OperationContext;
  readonly source: StoredObject;
  readonly content: CopiedContent;
  readonly described: Pick<StoredObject, 'description' | 'tags'>;
  readonly change: Announcement;
}

type Written = StoredObject & { readonly expiration: string | undefined };

async function write(tx: Transaction, { input, context, source, content, described, change }: Copy): Promise<Written> {
  const bucket = await ownedBucket(tx, input, context);
  const key = input.Key!;
  const before = await tx.get(objects, [bucket.bucket, key]);
  judgeWrite(before, { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch }, key);
  await takeContent(tx, source, content);
  const object: StoredObject = {
    bucket: bucket.bucket,
    key,
    owner: bucket.account,
    size: content.size,
    etag: content.md5,
    modified: change.time,
    hash: content.hash,
    checksum: content.checksum,
    ...described,
  };
  const put = await putLatest(tx, object, { bucket, key, before, change });
  await announce(tx, 'ObjectCreated:Copy', put, change);
  return { ...put, expiration: await expirationHeader(tx, bucket, put) };
}
