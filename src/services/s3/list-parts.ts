import type { ListPartsCommandInput, ListPartsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import { parts } from './collections.ts';
import { currentUpload } from './current-upload.ts';
import type { S3Deps } from './deps.ts';
import { listLimit, ownerOf } from './list-entries.ts';
import { checksumMember, quoted, wholeSeconds } from './object-description.ts';
import { invalidArgument, refuseUnkept } from './refusals.ts';

type Output = Omit<ListPartsCommandOutput, '$metadata'>;

/** ListParts by number (spec/backends.md §2.5). */
export function listParts(deps: S3Deps): Operation<ListPartsCommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const limit = listLimit(input.MaxParts, 'max-parts');
    const marker = Number(input.PartNumberMarker ?? 0);
    if (!Number.isInteger(marker) || marker < 0)
      throw invalidArgument('Provided part-number-marker not an integer or within integer range', 'part-number-marker', marker);
    const upload = await currentUpload(deps.store.read, input, context);
    const page = await deps.store.read.range(parts, { prefix: [upload.upload], after: [marker], limit: Math.max(limit, 1) });
    const shown = page.items.slice(0, limit);
    const more = page.next !== undefined || shown.length < page.items.length;
    return {
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.upload,
      PartNumberMarker: String(marker),
      ...(more ? { NextPartNumberMarker: String(shown.at(-1)?.number ?? marker) } : {}),
      MaxParts: limit,
      IsTruncated: more,
      Parts: shown.map((part) => ({
        PartNumber: part.number,
        LastModified: wholeSeconds(part.modified),
        ETag: quoted(part.etag),
        Size: part.size,
        ...checksumMember(part.checksum),
      })),
      Initiator: { ID: upload.initiator },
      Owner: ownerOf(upload.owner),
      StorageClass: 'STANDARD',
      ...(upload.algorithm ? { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType } : {}),
    };
  };
}
