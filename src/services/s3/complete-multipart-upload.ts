import type { CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import { fail, isFailure, type Transaction } from '../../kernel/index.ts';
import { checkWriteConditions, judgeWrite, type Operation, type OperationContext } from '../../model/index.ts';
import { type Announcement, announce, announcement, dropParts } from './change-object.ts';
import { objects, type StoredObject, type Upload, uploads } from './collections.ts';
import { completeParts, selectParts } from './completed-parts.ts';
import { currentUpload } from './current-upload.ts';
import type { S3Deps } from './deps.ts';
import { type OwnSums, ownSums } from './mixed-parts.ts';
import { checksumMembers, quoted } from './object-description.ts';
import { putLatest } from './object-versions.ts';
import { ownedBucket } from './owned-bucket.ts';
import { invalidRequest, refuseUnkept } from './refusals.ts';

type Input = CompleteMultipartUploadCommandInput;
type Output = Omit<CompleteMultipartUploadCommandOutput, '$metadata'>;

/**
 * CompleteMultipartUpload (spec/backends.md §2.2, §2.3): the parts become the object without being read again. Completing once more
 * what is the current object answers the same again, for clients that lost the first answer.
 */
export function completeMultipartUpload(deps: S3Deps): Operation<Input, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    checkWriteConditions({ ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch });
    const change = announcement(deps, context);
    const sums = await ownSums(deps.store, input.UploadId!);
    const object = await deps.store.transact(
      async (tx) => (await completedBefore(tx, input, context)) ?? complete(tx, { ...input, context, sums }, change),
    );
    return {
      Location: `${context.endpoint}/${object.bucket}/${encodeURIComponent(object.key)}`,
      Bucket: object.bucket,
      Key: object.key,
      ETag: quoted(object.etag),
      ServerSideEncryption: 'AES256',
      VersionId: object.version,
      ...checksumMembers(object.checksum),
    };
  };
}

async function completedBefore(tx: Transaction, input: Input, context: OperationContext): Promise<StoredObject | undefined> {
  try {
    await currentUpload(tx, input, context);
    return undefined;
  } catch (error) {
    if (!isFailure(error, 'NoSuchUpload')) throw error;
    const object = await tx.get(objects, [input.Bucket!, input.Key!]);
    if (object?.upload === input.UploadId) return object;
    throw error;
  }
}

type Completing = Input & { readonly context: OperationContext; readonly sums: OwnSums };

async function complete(tx: Transaction, input: Completing, change: Announcement): Promise<StoredObject> {
  const upload = await currentUpload(tx, input, input.context);
  const { bucket, key } = upload;
  const before = await tx.get(objects, [bucket, key]);
  judgeCompletion(upload, before, input);
  const chosen = await selectParts(tx, upload, input);
  const { size, etag, checksum } = completeParts(upload, chosen, { input, sums: input.sums });
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size)
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
    );
  const numbers = new Set(chosen.map(({ number }) => number));
  await dropParts(tx, upload.upload, (part) => numbers.has(part.number));
  await tx.delete(uploads, [bucket, key, upload.upload]);
  const object: StoredObject = {
    bucket,
    key,
    owner: upload.owner,
    size,
    etag,
    modified: upload.initiated,
    upload: upload.upload,
    parts: chosen.length,
    checksum,
    description: upload.description,
    ...(upload.tags ? { tags: upload.tags } : {}),
  };
  const put = await putLatest(tx, object, { bucket: await ownedBucket(tx, input, input.context), key, before, change });
  await announce(tx, 'ObjectCreated:CompleteMultipartUpload', put, change);
  return put;
}

/** A key that was deleted while the upload went on is a conflict, not an absence. */
function judgeCompletion(upload: Upload, before: StoredObject | undefined, input: Input): void {
  const conditional = input.IfMatch !== undefined || input.IfNoneMatch !== undefined;
  if (conditional && upload.replaces && !before)
    throw fail(
      'ConditionalRequestConflict',
      'The conditional request cannot succeed due to a conflicting operation against this resource.',
      { status: 409, fields: { Condition: input.IfMatch === undefined ? 'If-None-Match' : 'If-Match', Key: upload.key } },
    );
  judgeWrite(before, { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch }, upload.key);
}
