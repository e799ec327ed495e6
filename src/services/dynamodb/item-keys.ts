import { crc32 } from 'node:zlib';
import type { KeySchema } from './collections.ts';
import { attribute, type Item } from './values/item.ts';
import { checkKey, encodeKey } from './values/keys.ts';

/** Where an item stands in its table, or an entry in its index. */
export interface Place {
  readonly pk: string;
  /** Empty when there is no sort key. */
  readonly sk: string;
}

/** Partitions stand in the order of a hash, so that segments of a parallel scan are even ranges. */
export function partitionText(encoded: string): string {
  return crc32(encoded).toString(16).padStart(8, '0') + encoded;
}

/** The place that these attributes mean; they are there and of the right types. */
export function placeOf({ keys }: KeySchema, item: Item): Place {
  const sort = keys[1];
  return {
    pk: partitionText(encodeKey(item[keys[0]!.name]!)),
    sk: sort ? encodeKey(item[sort.name]!) : '',
  };
}

/** The place of a Key parameter. Throws ValidationException unless it has exactly the key's attributes. */
export function placeOfKey(schema: KeySchema, key: Item): Place {
  checkKey(schema.keys, key);
  return placeOf(schema, key);
}

/** The key attributes of an item; more schemas: their keys too, each once. */
export function keyOf(item: Item, ...schemas: readonly KeySchema[]): Item {
  const key: [string, Item[string]][] = [];
  for (const { keys } of schemas) {
    for (const { name } of keys) {
      const value = attribute(item, name);
      if (value !== undefined) key.push([name, value]);
    }
  }
  return Object.fromEntries(key);
}
