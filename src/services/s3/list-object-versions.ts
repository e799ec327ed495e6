import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { OLDEST } from './collections.ts';
import { checkVersion } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { listEntry, listLimit, nameWriter, ownerOf, prefixEntries } from './list-entries.ts';
import { wholeSeconds } from './object-description.ts';
import { findVersion } from './object-versions.ts';
import { ownedBucket } from './owned-bucket.ts';
import { invalidArgument, refuseUnkept } from './refusals.ts';
import { type Start, type VersionEntry, walkVersions } from './walk-versions.ts';

type Input = ListObjectVersionsCommandInput;
type Output = Omit<ListObjectVersionsCommandOutput, '$metadata'>;

/** ListObjectVersions: versions and delete markers by key, of each key the newest first (spec/backends.md §2.5). */
export function listObjectVersions(deps: S3Deps): Operation<Input, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const name = nameWriter(input.EncodingType);
    const limit = listLimit(input.MaxKeys, 'max-keys');
    checkMarkers(input);
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const prefix = input.Prefix ?? '';
    const start = await startOf(deps.store.read, bucket, input);
    const found = await walkVersions(deps.store.read, { bucket, prefix, delimiter: input.Delimiter, start, limit });
    const { next } = found;
    return {
      Name: bucket,
      Prefix: name(prefix),
      KeyMarker: name(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      Delimiter: name(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      IsTruncated: next !== undefined,
      ...(next === undefined ? {} : { NextKeyMarker: name(next.key), NextVersionIdMarker: next.version }),
      Versions: found.entries.flatMap((entry) => (entry.object ? [versionEntry(entry, name)] : [])),
      DeleteMarkers: found.entries.flatMap((entry) => (entry.object ? [] : [markerEntry(entry, name)])),
      CommonPrefixes: prefixEntries(found.prefixes, name),
    };
  };
}

function checkMarkers({ KeyMarker, VersionIdMarker }: Input): void {
  if (VersionIdMarker && !KeyMarker)
    throw invalidArgument('A version-id marker cannot be specified without a key marker.', 'version-id-marker', VersionIdMarker);
  checkVersion(VersionIdMarker || undefined);
}

/** Ids say their place themselves, so that a marker may be gone: those who delete page by page take that for granted. */
async function startOf(from: Reader, bucket: string, { KeyMarker: key, VersionIdMarker: id }: Input): Promise<Start> {
  if (!key) return { key: '' };
  if (!id) return { after: { key, order: OLDEST } };
  if (id !== 'null') return { after: { key, order: id } };
  const found = await findVersion(from, { bucket, key }, id);
  return { after: { key, order: found ? (found.row?.order ?? found.object?.order ?? OLDEST) : '' } };
}

function versionEntry({ object, version, latest }: VersionEntry, name: (key: string) => string) {
  const entry = listEntry(object!, name, true);
  return { ...entry, StorageClass: 'STANDARD' as const, VersionId: version, IsLatest: latest };
}

function markerEntry({ key, owner, version, modified, latest }: VersionEntry, name: (key: string) => string) {
  return { Key: name(key), Owner: ownerOf(owner), VersionId: version, IsLatest: latest, LastModified: wholeSeconds(modified) };
}
