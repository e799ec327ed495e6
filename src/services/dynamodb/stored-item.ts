import { utf8 } from '../../kernel/index.ts';
import { decodeItem, encodeItem, type Item } from './values/item.ts';

/**
 * An item as its rows hold it: JSON in bytes. Rows with bytes stand beside their key, not in it, which halves what a put of 1 KB costs
 * the store; and the JSON is written and read once.
 */
export function itemBytes(item: Item): Uint8Array {
  return Buffer.from(encodeItem(item));
}

/** The item of a row. */
export function itemIn({ item }: { readonly item: Uint8Array }): Item {
  return decodeItem(utf8(item));
}
