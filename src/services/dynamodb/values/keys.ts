import { invalid } from './invalid.ts';
import { type AttributeValue, attribute, type Item, typeOf } from './item.ts';
import { parseNumber } from './numbers.ts';

/** One attribute of a table's or index's key, the partition key (HASH) first. */
export interface KeyElement {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
  readonly keyType: 'HASH' | 'RANGE';
}

/**
 * A key value as text whose UTF-8 bytes order as DynamoDB orders the values: S by its UTF-8 bytes, N by value, B by bytes. Values of one
 * key have one type, so texts of different types never meet. Never contains a NUL. N is canonical.
 */
export function encodeKey(value: AttributeValue): string {
  if (value.S !== undefined) return encodeText(value.S);
  if (value.N !== undefined) return encodeNumber(value.N);
  return Buffer.from(value.B ?? []).toString('hex');
}

const AWKWARD = /[\0\x01]/;

// NUL is no character of a text in SQL; \1 leads the pair that stands for it, and for itself.
function encodeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return AWKWARD.test(whole) ? whole.replace(/[\0\x01]/g, (character) => (character === '\0' ? '\x01\x01' : '\x01\x02')) : whole;
}

// Sign, exponent and digits; those of a negative number are taken from the largest, so that more of them sorts first.
function encodeNumber(text: string): string {
  const { sign, digits, exponent } = parseNumber(text);
  if (sign === 0) return '1';
  if (sign > 0) return `2${String(exponent + 130).padStart(3, '0')}${digits}`;
  return `0${String(125 - exponent).padStart(3, '0')}${digits.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`;
}

/** The encoded keys that begin with an S or B lie in from (inclusive) to to (exclusive); without to there is no upper bound. */
export function prefixBounds(value: AttributeValue): { from: string; to?: string } {
  const from = encodeKey(value);
  if (value.S === undefined) return { from, to: `${from}g` };
  const to = nextText(from);
  return to === undefined ? { from } : { from, to };
}

/** The first text, by UTF-8 bytes, behind all that begin with this one. */
function nextText(text: string): string | undefined {
  const characters = [...text];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0)!;
    if (code === 0x10ffff) continue;
    return characters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}

const MISMATCH = 'The provided key element does not match the schema';

/** Checks a Key parameter: exactly the schema's attributes, each as checkKeyValue says. Throws ValidationException (spec/backends.md §3.5). */
export function checkKey(schema: readonly KeyElement[], key: Item): void {
  if (Object.keys(key).length !== schema.length) throw invalid(MISMATCH);
  for (const element of schema) checkKeyValue(element, attribute(key, element.name));
}

/** Checks one value of a Key parameter: there, of the schema's type, not empty, at most 2,048 bytes (HASH) or 1,024 (RANGE). */
export function checkKeyValue(element: KeyElement, value: AttributeValue | undefined): void {
  if (value?.[element.type] === undefined) throw invalid(MISMATCH);
  checkContent(element, value);
}

/** Checks the key attributes of a whole item that is put: as checkKeyValue, but told of as part of an item. */
export function checkItemKeys(schema: readonly KeyElement[], item: Item): void {
  for (const element of schema) {
    const { name, type } = element;
    const value = attribute(item, name);
    if (value === undefined) throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    if (value[type] === undefined) {
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
      );
    }
    checkContent(element, value);
  }
}

/** Checks the key attributes of an index in an item; those that are missing leave the item out of the index and are no error. */
export function checkIndexKeys(indexName: string, schema: readonly KeyElement[], item: Item): void {
  for (const element of schema) {
    const value = attribute(item, element.name);
    if (value !== undefined) checkIndexKey(indexName, element, value);
  }
}

function checkIndexKey(indexName: string, element: KeyElement, value: AttributeValue): void {
  const { name, type } = element;
  if (value[type] === undefined) {
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${indexName}`,
    );
  }
  if (isEmpty(value)) {
    throw invalid(
      `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind(type)} value. IndexName: ${indexName}, IndexKey: ${name}`,
    );
  }
  checkLength(element, value);
}

function checkContent(element: KeyElement, value: AttributeValue): void {
  if (isEmpty(value)) throw emptyKey(element);
  checkLength(element, value);
}

/** The error for an empty key value, in a key, an item or a key condition. */
export function emptyKey({ name, type }: KeyElement) {
  return invalid(
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind(type)} value. Key: ${name}`,
  );
}

const kind = (type: string) => (type === 'B' ? 'binary' : 'string');

/** Whether a key value is the empty text or binary, which no key may be. */
export function isEmpty(value: AttributeValue): boolean {
  return value.S === '' || value.B?.byteLength === 0;
}

function checkLength({ keyType }: KeyElement, value: AttributeValue): void {
  if (value.N !== undefined) return;
  const limit = keyType === 'HASH' ? 2048 : 1024;
  // A UTF-16 unit is at most three bytes.
  if (value.S !== undefined && value.S.length * 3 <= limit) return;
  const size = value.S === undefined ? (value.B?.byteLength ?? 0) : Buffer.byteLength(value.S);
  if (size <= limit) return;
  // Without a space before 2048: AWS's own text.
  throw invalid(
    keyType === 'HASH'
      ? 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes'
      : 'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
  );
}
