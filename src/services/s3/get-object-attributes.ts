import type { GetObjectAttributesCommandInput, GetObjectAttributesCommandOutput, ObjectAttributes } from '@aws-sdk/client-s3';
import { isFailure, type Reader } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { parts, type StoredObject } from './collections.ts';
import { foundObject, type ObjectInput } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { listLimit } from './list-entries.ts';
import { checksumMember, checksumMembers, wholeSeconds } from './object-description.ts';
import { invalidArgument, noSuchKey, refuseUnkept } from './refusals.ts';

type Input = GetObjectAttributesCommandInput;
type Output = Omit<GetObjectAttributesCommandOutput, '$metadata'>;

const KNOWN: readonly ObjectAttributes[] = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** GetObjectAttributes: only the attributes asked for. */
export function getObjectAttributes(deps: S3Deps): Operation<Input, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const wanted = input.ObjectAttributes ?? [];
    if (wanted.length === 0 || wanted.some((one) => !KNOWN.includes(one)))
      throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', wanted.join(','));
    const object = await attributed(deps.store.read, input, context);
    const has = (one: ObjectAttributes) => wanted.includes(one);
    return {
      LastModified: wholeSeconds(object.modified),
      VersionId: object.version,
      ...(has('ETag') ? { ETag: object.etag } : {}),
      ...(has('Checksum') ? { Checksum: checksumMembers(object.checksum) } : {}),
      ...(has('StorageClass') ? { StorageClass: 'STANDARD' as const } : {}),
      ...(has('ObjectSize') ? { ObjectSize: object.size } : {}),
      ...(has('ObjectParts') && object.upload !== undefined
        ? { ObjectParts: await partsOf(deps.store.read, object, input) }
        : {}),
    };
  };
}

/** A delete marker is no object here, even by its id (spec/backends.md §2.2). */
async function attributed(from: Reader, input: ObjectInput, context: OperationContext): Promise<StoredObject> {
  try {
    return (await foundObject(from, input, context)).object;
  } catch (error) {
    if (isFailure(error, 'MethodNotAllowed')) throw noSuchKey(input.Key ?? '', error.headers);
    throw error;
  }
}

/** Parts are listed one by one only where the checksum is made of theirs. */
async function partsOf(from: Reader, object: StoredObject, input: Input): Promise<Output['ObjectParts']> {
  if (object.checksum.type === 'FULL_OBJECT') return { TotalPartsCount: object.parts };
  const limit = listLimit(input.MaxParts, 'max-parts');
  const marker = Number(input.PartNumberMarker ?? 0) || 0;
  const page = await from.range(parts, { prefix: [object.upload!], after: [marker], limit: Math.max(limit, 1) });
  const shown = page.items.slice(0, limit);
  const more = page.next !== undefined || shown.length < page.items.length;
  return {
    TotalPartsCount: object.parts,
    PartNumberMarker: String(marker),
    ...(more ? { NextPartNumberMarker: String(shown.at(-1)?.number ?? marker) } : {}),
    MaxParts: limit,
    IsTruncated: more,
    Parts: shown.map((part) => ({ PartNumber: part.number, Size: part.size, ...checksumMember(part.checksum) })),
  };
}
