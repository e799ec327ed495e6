import type { KeySchema, Table, TableIndex } from './collections.ts';
import { placeOf } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { attribute, checkItem, type Item, normalizeItem } from './values/item.ts';
import { isEmpty } from './values/keys.ts';
import type { Stretch } from './walk.ts';

export const STARTING_KEY_INVALID = 'The provided starting key is invalid';

/** Where ExclusiveStartKey means, in the table or in one of its indexes; it has the keys of both. Throws ValidationException with text. */
export function startAfter(
  table: Table,
  index: TableIndex | undefined,
  { key, text }: { key: Item | undefined; text: string },
): Stretch['after'] {
  if (!key) return undefined;
  checkItem(key);
  const given = normalizeItem(key);
  const needed = new Map([table, ...(index ? [index] : [])].flatMap(({ keys }: KeySchema) => keys.map((one) => [one.name, one])));
  const fits = [...needed.values()].every(({ name, type }) => {
    const value = attribute(given, name);
    return value?.[type] !== undefined && !isEmpty(value);
  });
  if (!fits || Object.keys(given).length !== needed.size) throw invalid(text);
  const inTable = placeOf(table, given);
  return { ...(index ? placeOf(index, given) : inTable), inTable };
}
