import { type Failure, fail } from '../kernel/index.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Checks a tag set of S3 (spec/backends.md §2.2, §2.6); most: 10 on objects, 50 on buckets. Throws InvalidTag, BadRequest. */
export function checkTags(tags: readonly { Key?: string; Value?: string }[], most: number): readonly Tag[] {
  if (most === 10 && tags.length > most) throw fail('BadRequest', 'Object tags cannot be greater than 10');
  if (tags.length > most) throw fail('BadRequest', `Bucket tag count cannot be greater than ${most}`);
  const seen = new Set<string>();
  return tags.map(({ Key = '', Value = '' }) => {
    if (Key === '' || Key.length > 128 || !ALLOWED.test(Key))
      throw invalidTag('The TagKey you have provided is invalid', { TagKey: Key });
    if (Value.length > 256 || !ALLOWED.test(Value))
      throw invalidTag('The TagValue you have provided is invalid', { TagKey: Key, TagValue: Value });
    if (Key.toLowerCase().startsWith('aws:'))
      throw invalidTag('System tags cannot be added/updated by requester', { TagKey: Key });
    if (seen.has(Key)) throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: Key });
    seen.add(Key);
    return { Key, Value };
  });
}

/** Tags out of an x-amz-tagging header: `k=v&k2=v2`, URL-encoded. Throws InvalidArgument, InvalidTag, BadRequest. */
export function parseTagHeader(header: string | undefined): readonly Tag[] {
  if (!header) return [];
  const pairs = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  if (pairs.some(({ Key }) => Key === ''))
    throw fail(
      'InvalidArgument',
      'The header x-amz-tagging shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.',
      {
        fields: { ArgumentName: 'x-amz-tagging', ArgumentValue: header },
      },
    );
  return checkTags(pairs, 10);
}

function invalidTag(message: string, fields: Record<string, string>): Failure {
  return fail('InvalidTag', message, { fields });
}
