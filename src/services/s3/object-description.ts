import { fail, isAscii } from '../../kernel/index.ts';
import type { Checksum, Description, StoredObject } from './collections.ts';

/** The members that describe an object in inputs (PutObject, CreateMultipartUpload, CopyObject). */
export interface DescriptionInput {
  readonly ContentType?: string;
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly Expires?: Date;
  readonly Metadata?: Record<string, string>;
}

const MOST_METADATA = 2048;

/** What is kept of them: metadata of at most 2 KB, `aws-chunked` taken out of Content-Encoding. Throws MetadataTooLarge. */
export function describeObject(input: DescriptionInput): Description {
  const encodings = (input.ContentEncoding ?? '').split(',').map((encoding) => encoding.trim());
  const contentEncoding = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',');
  return {
    contentType: input.ContentType || undefined,
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    contentEncoding: contentEncoding || undefined,
    contentLanguage: input.ContentLanguage,
    expires: input.Expires?.getTime(),
    metadata: checkedMetadata(input.Metadata ?? {}),
  };
}

function checkedMetadata(metadata: Record<string, string>): Record<string, string> | undefined {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value] as const);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > MOST_METADATA)
    throw fail('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      fields: { Size: size, MaxSizeAllowed: MOST_METADATA },
    });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The same as members of outputs (GetObject, HeadObject), with the headers that every object has. */
export function objectHeaders(object: StoredObject) {
  const { description } = object;
  return {
    ETag: quoted(object.etag),
    LastModified: wholeSeconds(object.modified),
    AcceptRanges: 'bytes',
    ServerSideEncryption: 'AES256' as const,
    ContentType: description.contentType ?? 'binary/octet-stream',
    CacheControl: description.cacheControl,
    ContentDisposition: description.contentDisposition,
    ContentEncoding: description.contentEncoding,
    ContentLanguage: description.contentLanguage,
    Expires: description.expires === undefined ? undefined : new Date(description.expires),
    Metadata: shownMetadata(description.metadata ?? {}),
    TagCount: object.tags?.length || undefined,
  };
}

/** Values that no header can hold come as encoded words of RFC 2047 (spec/backends.md §2.2). */
function shownMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name in metadata) {
    const value = metadata[name]!;
    shown[name] = isAscii(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
  }
  return shown;
}

/** `{ ChecksumCRC32: '…', ChecksumType: 'FULL_OBJECT' }`. */
export function checksumMembers(checksum: Checksum) {
  return { ...checksumMember(checksum), ChecksumType: checksum.type };
}

/** `{ ChecksumCRC32: '…' }`. */
export function checksumMember(checksum: Checksum): Partial<Record<`Checksum${Checksum['algorithm']}`, string>> {
  return { [`Checksum${checksum.algorithm}`]: checksum.value };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** S3 shows times in whole seconds. */
export function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
