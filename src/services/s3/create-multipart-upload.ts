import type { CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import type { ChecksumName } from '../../kernel/index.ts';
import { checkKey, type Operation, parseTagHeader } from '../../model/index.ts';
import { objects, uploads } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { describeObject } from './object-description.ts';
import { uploadExpiry } from './object-expiry.ts';
import { ownedBucket } from './owned-bucket.ts';
import { checksumName } from './receive-content.ts';
import { invalidRequest, refuseUnkept } from './refusals.ts';

type Output = Omit<CreateMultipartUploadCommandOutput, '$metadata'>;

/** CreateMultipartUpload (spec/backends.md §2.3). */
export function createMultipartUpload(deps: S3Deps): Operation<CreateMultipartUploadCommandInput, Output> {
  return async (input, context) => {
    const key = input.Key ?? '';
    checkKey(key);
    refuseUnkept(input);
    const algorithm = input.ChecksumAlgorithm === undefined ? undefined : checksumName(input.ChecksumAlgorithm);
    const checksumType = checksumTypeOf(algorithm, input.ChecksumType);
    const tags = parseTagHeader(input.Tagging);
    const description = describeObject(input);
    const initiated = deps.clock.now();
    const upload = initiated.toString(36).padStart(10, '0') + deps.ids.hex(27);
    const expiry = await deps.store.transact(async (tx) => {
      const owned = await ownedBucket(tx, input, context);
      const { bucket, account } = owned;
      const replaces = (await tx.get(objects, [bucket, key])) !== undefined;
      await tx.put(uploads, {
        bucket,
        key,
        upload,
        owner: account,
        initiator: context.principal.arn,
        initiated,
        description,
        ...(tags.length > 0 ? { tags } : {}),
        ...(algorithm ? { algorithm } : {}),
        checksumType,
        replaces,
      });
      return uploadExpiry(tx, owned, { key, initiated });
    });
    return {
      Bucket: input.Bucket,
      Key: key,
      UploadId: upload,
      ServerSideEncryption: 'AES256',
      ...(expiry ? { AbortDate: new Date(expiry.at), AbortRuleId: expiry.rule } : {}),
      ...(algorithm ? { ChecksumAlgorithm: algorithm, ChecksumType: checksumType } : {}),
    };
  };
}

/** SHA sums only compose, CRC64NVME is only of the whole, the other CRCs can be either. */
function checksumTypeOf(algorithm: ChecksumName | undefined, wanted: string | undefined): 'FULL_OBJECT' | 'COMPOSITE' {
  if (algorithm === undefined) {
    if (wanted === undefined) return 'FULL_OBJECT';
    throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  const only = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : algorithm.startsWith('SHA') ? 'COMPOSITE' : undefined;
  if (wanted !== undefined && only !== undefined && wanted !== only)
    throw invalidRequest(`The ${wanted} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  return wanted === 'FULL_OBJECT' || wanted === 'COMPOSITE' ? wanted : (only ?? 'COMPOSITE');
}
