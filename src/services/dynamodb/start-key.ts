import { isFailure } from '../../kernel/index.ts';
import type { Table, TableIndex } from './collections.ts';
import { placeOf } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { attribute, checkItem, type Item, normalizeItem } from './values/item.ts';
import { checkKeyValue } from './values/keys.ts';
import type { Stretch } from './walk.ts';

export const STARTING_KEY_INVALID = 'The provided starting key is invalid';
const MISMATCH = `${STARTING_KEY_INVALID}: The provided key element does not match the schema`;

/**
 * Where ExclusiveStartKey means, in the table or in one of its indexes; it has the keys of both. Throws ValidationException in the words
 * that Query or Scan has for it.
 */
export function startAfter(
  table: Table,
  index: TableIndex | undefined,
  { key, scans }: { key: Item | undefined; scans: boolean },
): Stretch['after'] {
  if (!key) return undefined;
  const given = checkedValues(key);
  const names = new Set([...table.keys, ...(index?.keys ?? [])].map(({ name }) => name));
  const plain = scans && !index ? MISMATCH : STARTING_KEY_INVALID;
  if (Object.keys(given).length !== names.size) throw invalid(plain);
  for (const element of index?.keys ?? (scans ? [] : table.keys)) {
    const value = attribute(given, element.name);
    if (!value) throw invalid(plain);
    checkKeyValue(element, value);
  }
  prefixed(() => {
    for (const element of table.keys) checkKeyValue(element, attribute(given, element.name));
  });
  const inTable = placeOf(table, given);
  return { ...(index ? placeOf(index, given) : inTable), inTable };
}

function checkedValues(key: Item): Item {
  prefixed(() => checkItem(key));
  return normalizeItem(key);
}

/** AWS tells these as they are. */
const PLAIN = /contains duplicates|number set|numeric value|significant digits|number with magnitude/;

function prefixed(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!isFailure(error, 'ValidationException') || PLAIN.test(error.message)) throw error;
    throw invalid(`${STARTING_KEY_INVALID}: ${error.message}`);
  }
}
