import type { Tag as GivenTag } from '@aws-sdk/client-scheduler';
import type { Tag } from '../../model/index.ts';
import { invalid, tooMany } from './refusals.ts';

const MOST_TAGS = 50;

/** Tags as they were given, checked; undefined when there are none. Throws ValidationException, ServiceQuotaExceededException. */
export function checkedTags(given: readonly GivenTag[] | undefined): readonly Tag[] | undefined {
  if (!given || given.length === 0) return undefined;
  const tags = given.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const reserved = tags.find(({ Key }) => /^aws:/i.test(Key));
  if (reserved) throw invalid(`Tag keys starting with 'aws:' are reserved for system use: ${reserved.Key}`);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalid('Duplicate tag keys are not allowed.');
  if (tags.length > MOST_TAGS) throw tooMany('tags');
  return tags;
}
