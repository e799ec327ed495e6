import { fail } from '../../kernel/index.ts';

type Tags = Readonly<Record<string, string>>;

/** Old tags with new ones over them; more than 50 are TooManyTagsException. */
export function withTags(tags: Tags, given: Readonly<Record<string, string | undefined>> | undefined): Tags {
  const all = new Map(Object.entries(tags));
  for (const [key, value] of Object.entries(given ?? {})) all.set(key, value ?? '');
  if (all.size > 50) throw fail('TooManyTagsException', 'The resource has too many tags: at most 50.');
  return Object.fromEntries(all);
}

export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
