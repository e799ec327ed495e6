import type { Tag as GivenTag } from '@aws-sdk/client-ecr';
import { fail } from '../../kernel/index.ts';
import type { Tag } from '../../model/index.ts';
import { tooManyTags } from './refusals.ts';

const MOST_TAGS = 50;

/** Tags as they were given, checked. Throws InvalidTagParameterException, TooManyTagsException. */
export function checkedTags(given: readonly GivenTag[]): Tag[] {
  const tags = given.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const wrong = tags.find(({ Key, Value }) => Key === '' || Key.length > 128 || Value.length > 256 || /^aws:/i.test(Key));
  if (wrong)
    throw fail('InvalidTagParameterException', `The tag with key ${JSON.stringify(wrong.Key.slice(0, 128))} is not allowed`);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw fail('InvalidTagParameterException', 'Duplicate tag keys found');
  if (tags.length > MOST_TAGS) throw tooManyTags();
  return tags;
}
