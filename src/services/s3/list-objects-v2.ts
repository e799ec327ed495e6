import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { listEntry, listLimit, nameWriter, prefixEntries, readToken, writeToken } from './list-entries.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseUnkept } from './refusals.ts';
import { walkKeys } from './walk-keys.ts';

type Output = Omit<ListObjectsV2CommandOutput, '$metadata'>;

/** ListObjectsV2 (spec/backends.md §2.5). */
export function listObjectsV2(deps: S3Deps): Operation<ListObjectsV2CommandInput, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const name = nameWriter(input.EncodingType);
    const limit = listLimit(input.MaxKeys, 'max-keys');
    const token = input.ContinuationToken;
    const after = token === undefined ? input.StartAfter : readToken(token);
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const prefix = input.Prefix ?? '';
    const found = await walkKeys(deps.store.read, { bucket, prefix, delimiter: input.Delimiter, after, limit });
    return {
      Name: bucket,
      Prefix: name(prefix),
      Delimiter: name(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      KeyCount: found.objects.length + found.prefixes.length,
      IsTruncated: found.next !== undefined,
      ContinuationToken: token,
      StartAfter: name(input.StartAfter),
      ...(found.next === undefined ? {} : { NextContinuationToken: writeToken(found.next) }),
      Contents: found.objects.map((object) => listEntry(object, name, input.FetchOwner === true)),
      CommonPrefixes: prefixEntries(found.prefixes, name),
    };
  };
}
