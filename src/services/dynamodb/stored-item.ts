import { EncodedJson, utf8 } from '../../kernel/index.ts';
import { decodeItem, encodeItem, type Item } from './values/item.ts';

/**
 * An item as its rows hold it: the very JSON that answers have of it, in bytes. Rows with bytes stand beside their key, not in it, which
 * halves what a put of 1 KB costs the store; and an answer of whole items is made of their bytes, without reading them.
 */
export function itemBytes(item: Item): Uint8Array {
  return Buffer.from(encodeItem(item));
}

interface Holding {
  readonly item: Uint8Array;
}

/** The item of a row. */
export function itemIn({ item }: Holding): Item {
  return decodeItem(utf8(item));
}

/** An answer with the item of a row as its member Item, if there is one, and further members. */
export function answerWithItem(row: Holding | undefined, more: object): EncodedJson {
  if (!row) return new EncodedJson(Buffer.from(JSON.stringify(more)));
  return new EncodedJson(Buffer.concat([Buffer.from('{"Item":'), row.item, tail(more)]));
}

const COMMA = Buffer.from(',');

/** An answer with the items of rows as its member Items, and further members. */
export function answerWithItems(rows: readonly Holding[], more: object): EncodedJson {
  const parts: Uint8Array[] = [Buffer.from('{"Items":[')];
  for (const [i, { item }] of rows.entries()) {
    if (i > 0) parts.push(COMMA);
    parts.push(item);
  }
  parts.push(Buffer.from(']'), tail(more));
  return new EncodedJson(Buffer.concat(parts));
}

/** The end of an object whose first member was written. */
function tail(more: object): Uint8Array {
  const text = JSON.stringify(more);
  return Buffer.from(text === '{}' ? '}' : `,${text.slice(1)}`);
}
