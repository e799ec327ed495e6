import { fail } from '../../kernel/index.ts';
import type { Tag } from './collections.ts';
import { limitExceeded } from './found.ts';

type Given = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

const LIMIT = 50;

/** Tags as given at creation; duplicates (in any case) are InvalidInput. */
export function newTags(given: Given | undefined): readonly Tag[] {
  return withTags([], given);
}

/** Old tags with new ones put over them. */
export function withTags(tags: readonly Tag[], given: Given | undefined): readonly Tag[] {
  const added = (given ?? []).map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }));
  if (new Set(added.map((tag) => tag.Key.toLowerCase())).size < added.length) {
    throw fail('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (added.some((tag) => tag.Key.toLowerCase().startsWith('aws:'))) {
    throw fail('InvalidInput', 'Tag keys that begin with aws: are reserved.');
  }
  const kept = tags.filter((tag) => !added.some((other) => other.Key.toLowerCase() === tag.Key.toLowerCase()));
  const all = [...kept, ...added];
  if (all.length > LIMIT) throw limitExceeded(`The number of tags has reached the maximum limit of ${LIMIT}.`);
  return all;
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return tags.filter((tag) => !gone.has(tag.Key.toLowerCase()));
}
