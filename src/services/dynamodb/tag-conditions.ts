import type { Reader } from '../../kernel/index.ts';
import type { Tag } from '../../model/index.ts';
import { tableTags } from './collections.ts';
import { type TableRef, tableKey } from './found.ts';

type Conditions = Record<string, string | readonly string[]>;

/** What a policy can ask about tags: those of the table, and those that a request brings or takes away. */
export async function tagConditions(
  from: Reader,
  ref: TableRef,
  { Tags, TagKeys }: { readonly Tags?: readonly Tag[]; readonly TagKeys?: readonly string[] },
): Promise<Conditions> {
  const conditions: Conditions = {};
  const stored = await from.get(tableTags, tableKey(ref));
  for (const { Key, Value } of stored?.tags ?? []) conditions[`aws:resourcetag/${Key.toLowerCase()}`] = Value;
  for (const { Key, Value } of Tags ?? []) conditions[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  const keys = Tags?.map(({ Key }) => Key) ?? TagKeys;
  if (keys) conditions['aws:tagkeys'] = keys;
  return conditions;
}
