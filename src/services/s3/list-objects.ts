import type { ListObjectsCommandInput, ListObjectsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { listEntry, listLimit, nameWriter, prefixEntries } from './list-entries.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseUnkept } from './refusals.ts';
import { walkKeys } from './walk-keys.ts';

type Output = Omit<ListObjectsCommandOutput, '$metadata'>;

/** ListObjects, the first version: marker instead of tokens, NextMarker only with a delimiter (spec/backends.md §2.5). */
export function listObjects(deps: S3Deps): Operation<ListObjectsCommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const name = nameWriter(input.EncodingType);
    const limit = listLimit(input.MaxKeys, 'max-keys');
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const prefix = input.Prefix ?? '';
    const after = input.Marker || undefined;
    const found = await walkKeys(deps.store.read, { bucket, prefix, delimiter: input.Delimiter, after, limit });
    return {
      Name: bucket,
      Prefix: name(prefix),
      Marker: name(input.Marker ?? ''),
      Delimiter: name(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      IsTruncated: found.next !== undefined,
      ...(found.next !== undefined && input.Delimiter ? { NextMarker: name(found.next) } : {}),
      Contents: found.objects.map((object) => listEntry(object, name, true)),
      CommonPrefixes: prefixEntries(found.prefixes, name),
    };
  };
}
