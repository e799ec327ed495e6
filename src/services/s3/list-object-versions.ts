import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { listEntry, listLimit, nameWriter, prefixEntries } from './list-entries.ts';
import { ownedBucket } from './owned-bucket.ts';
import { invalidArgument, refuseUnkept } from './refusals.ts';
import { walkKeys } from './walk-keys.ts';

type Output = Omit<ListObjectVersionsCommandOutput, '$metadata'>;

/** ListObjectVersions of buckets without versioning: each object is its own latest version, `null` (spec/backends.md §2.5). */
export function listObjectVersions(deps: S3Deps): Operation<ListObjectVersionsCommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const name = nameWriter(input.EncodingType);
    const limit = listLimit(input.MaxKeys, 'max-keys');
    if (input.VersionIdMarker && !input.KeyMarker)
      throw invalidArgument(
        'A version-id marker cannot be specified without a key marker.',
        'version-id-marker',
        input.VersionIdMarker,
      );
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const prefix = input.Prefix ?? '';
    const after = input.KeyMarker || undefined;
    const found = await walkKeys(deps.store.read, { bucket, prefix, delimiter: input.Delimiter, after, limit });
    return {
      Name: bucket,
      Prefix: name(prefix),
      KeyMarker: name(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      Delimiter: name(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      IsTruncated: found.next !== undefined,
      ...(found.next === undefined ? {} : { NextKeyMarker: name(found.next), NextVersionIdMarker: 'null' }),
      Versions: found.objects.map((object) => ({
        ...listEntry(object, name, true),
        StorageClass: 'STANDARD' as const,
        VersionId: 'null',
        IsLatest: true,
      })),
      CommonPrefixes: prefixEntries(found.prefixes, name),
    };
  };
}
