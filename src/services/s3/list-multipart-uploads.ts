import type { ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { Key, Reader } from '../../kernel/index.ts';
import { afterPrefix, commonPrefix, type Operation } from '../../model/index.ts';
import { type Upload, uploads } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { listLimit, nameWriter, ownerOf, prefixEntries } from './list-entries.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseUnkept } from './refusals.ts';

type Input = ListMultipartUploadsCommandInput;
type Output = Omit<ListMultipartUploadsCommandOutput, '$metadata'>;

/** ListMultipartUploads by key, then by time (spec/backends.md §2.5). */
export function listMultipartUploads(deps: S3Deps): Operation<Input, Output> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const name = nameWriter(input.EncodingType);
    const limit = listLimit(input.MaxUploads, 'max-uploads');
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const found = await entries(deps.store.read, { bucket, input, limit });
    return {
      Bucket: bucket,
      Prefix: name(input.Prefix ?? ''),
      Delimiter: name(input.Delimiter),
      KeyMarker: name(input.KeyMarker ?? ''),
      UploadIdMarker: input.UploadIdMarker ?? '',
      EncodingType: input.EncodingType,
      MaxUploads: limit,
      IsTruncated: found.last !== undefined,
      ...(found.last ? { NextKeyMarker: name(found.last.key), NextUploadIdMarker: found.last.upload } : {}),
      Uploads: found.uploads.map((upload) => entryOf(upload, name)),
      CommonPrefixes: prefixEntries(found.prefixes, name),
    };
  };
}

function entryOf(upload: Upload, name: (key: string) => string) {
  return {
    UploadId: upload.upload,
    Key: name(upload.key),
    Initiated: new Date(upload.initiated),
    StorageClass: 'STANDARD' as const,
    Owner: ownerOf(upload.owner),
    Initiator: { ID: upload.initiator },
    ...(upload.algorithm ? { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType } : {}),
  };
}

interface Asked {
  readonly bucket: string;
  readonly input: Input;
  readonly limit: number;
}

interface Found {
  readonly uploads: Upload[];
  readonly prefixes: string[];
  /** The last entry, when more follow; upload is empty for a common prefix. */
  readonly last?: { readonly key: string; readonly upload: string };
}

async function entries(from: Reader, { bucket, input, limit }: Asked): Promise<Found> {
  const prefix = input.Prefix ?? '';
  const found = { uploads: [] as Upload[], prefixes: [] as string[] };
  let last = { key: '', upload: '' };
  for await (const upload of eachUpload(from, bucket, input)) {
    const group = commonPrefix(upload.key, prefix, input.Delimiter);
    if (group !== undefined && (group === found.prefixes.at(-1) || group === input.KeyMarker)) continue;
    if (found.uploads.length + found.prefixes.length === limit) return limit === 0 ? found : { ...found, last };
    if (group === undefined) found.uploads.push(upload);
    else found.prefixes.push(group);
    last = group === undefined ? upload : { key: group, upload: '' };
  }
  return found;
}

/** After the markers: after that upload of the key, or after all of the key. */
async function* eachUpload(from: Reader, bucket: string, input: Input): AsyncGenerator<Upload> {
  const prefix = input.Prefix ?? '';
  const to = afterPrefix(prefix);
  let after: Key | undefined = input.KeyMarker ? [input.KeyMarker, input.UploadIdMarker || '\u{10ffff}'] : undefined;
  if (after && Buffer.compare(Buffer.from(input.KeyMarker!), Buffer.from(prefix)) < 0) after = undefined;
  for (;;) {
    const page = await from.range(uploads, {
      prefix: [bucket],
      ...(after ? { after } : { from: [prefix] }),
      ...(to === undefined ? {} : { to: [to] }),
      limit: 1000,
    });
    yield* page.items;
    if (!page.next) return;
    after = page.next;
  }
}
