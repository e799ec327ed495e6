import type { GetObjectCommandInput } from '@aws-sdk/client-s3';
import { fail, type Reader } from '../../kernel/index.ts';
import {
  type ByteRange,
  contentRange,
  judgeRead,
  type OperationContext,
  preconditionFailed,
  selectRange,
} from '../../model/index.ts';
import { eachPart } from './change-object.ts';
import { buckets, type StoredObject } from './collections.ts';
import { currentObject } from './current-object.ts';
import { checksumMembers, objectHeaders, quoted, wholeSeconds } from './object-description.ts';
import { expirationHeader } from './object-expiry.ts';
import { versionOf } from './object-versions.ts';
import { invalidArgument, invalidRequest } from './refusals.ts';

/** The members that GetObject and HeadObject share. */
export type ReadInput = Omit<GetObjectCommandInput, 'Body'>;

/** What a read selects: the object, the bytes (undefined: all), and every header of the answer. */
export interface Selected {
  readonly object: StoredObject;
  readonly range?: ByteRange;
  readonly headers: object;
}

/** The common part of GetObject and HeadObject (spec/backends.md §2.2): conditions, range or part, overrides. */
export async function selectObject(from: Reader, input: ReadInput, context: OperationContext): Promise<Selected> {
  if (input.Range !== undefined && input.PartNumber !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const object = await currentObject(from, input, context);
  const bucket = (await from.get(buckets, [object.bucket]))!;
  checkConditions(object, input, context.now);
  const range =
    input.PartNumber === undefined ? requestedRange(object, input.Range) : await partRange(from, object, input.PartNumber);
  const partial = input.PartNumber !== undefined || range !== undefined;
  const headers = {
    ...objectHeaders(object),
    ContentLength: range ? range.end - range.start : object.size,
    ...(range ? { ContentRange: contentRange(range, object.size) } : {}),
    ...(input.PartNumber !== undefined && object.parts !== undefined ? { PartsCount: object.parts } : {}),
    VersionId: bucket.versioning && versionOf(object),
    Expiration: input.VersionId === undefined ? await expirationHeader(from, bucket, object) : undefined,
    ...(input.ChecksumMode === 'ENABLED' && !partial ? checksumMembers(object.checksum) : {}),
    ...overrides(input, context),
  };
  return range ? { object, range, headers } : { object, headers };
}

function checkConditions(object: StoredObject, input: ReadInput, now: number): void {
  const verdict = judgeRead(object, {
    ifMatch: input.IfMatch,
    ifNoneMatch: input.IfNoneMatch,
    ifModifiedSince: input.IfModifiedSince,
    ifUnmodifiedSince: input.IfUnmodifiedSince,
    now,
  });
  if (verdict === undefined) return;
  if (verdict !== 'not-modified') throw preconditionFailed(verdict);
  const headers = { etag: quoted(object.etag), 'last-modified': wholeSeconds(object.modified).toUTCString() };
  throw fail('NotModified', 'Not Modified', { status: 304, headers });
}

function requestedRange(object: StoredObject, header: string | undefined): ByteRange | undefined {
  const range = selectRange(header, object.size);
  if (range === 'whole') return undefined;
  if (range !== 'unsatisfiable') return range;
  throw fail('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    fields: { ActualObjectSize: object.size, RangeRequested: header },
    headers: { 'content-range': `bytes */${object.size}` },
  });
}

/** The bytes of one part; an object that was put whole has one part. Throws InvalidPartNumber 416. */
async function partRange(from: Reader, object: StoredObject, number: number): Promise<ByteRange | undefined> {
  if (number < 1 || number > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', number);
  if (object.upload === undefined && number === 1) return object.size === 0 ? undefined : { start: 0, end: object.size };
  let start = 0;
  let nth = 0;
  if (object.upload !== undefined)
    for await (const part of eachPart(from, object.upload)) {
      nth += 1;
      if (nth === number) return part.size === 0 ? undefined : { start, end: start + part.size };
      start += part.size;
    }
  throw fail('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
    status: 416,
    fields: { PartNumberRequested: number, ActualPartCount: object.parts ?? 1 },
  });
}

function overrides(input: ReadInput, context: OperationContext) {
  const given = {
    ContentType: input.ResponseContentType,
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    Expires: input.ResponseExpires,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (Object.keys(set).length > 0 && context.principal.kind === 'anonymous')
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  return set;
}
