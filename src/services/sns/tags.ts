import type { Tag } from '@aws-sdk/client-sns';
import { fail } from '../../kernel/index.ts';
import { invalidParameter } from './refusals.ts';

const MOST = 50;

/** Old tags with new ones over them. Throws InvalidParameter for a key given twice, TagLimitExceeded beyond 50. */
export function newTags(
  tags: Readonly<Record<string, string>>,
  given: readonly Partial<Tag>[],
): Readonly<Record<string, string>> {
  const keys = given.map(({ Key = '' }) => Key);
  if (new Set(keys).size < keys.length) throw invalidParameter('Duplicated keys are not allowed.');
  if (keys.some((key) => key.toLowerCase().startsWith('aws:')))
    throw invalidParameter('Tag keys that begin with aws: are reserved');
  const all = new Map([...Object.entries(tags), ...given.map(({ Key = '', Value = '' }) => [Key, Value] as const)]);
  if (all.size > MOST) throw fail('TagLimitExceededException', 'Could not complete request: tag quota of per resource exceeded');
  return Object.fromEntries(all);
}
