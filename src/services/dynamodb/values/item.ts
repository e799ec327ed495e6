import { invalid } from './invalid.ts';
import { canonicalNumber, compareNumbers } from './numbers.ts';

interface Contents {
  S: string;
  N: string;
  B: Uint8Array;
  BOOL: boolean;
  NULL: boolean;
  L: AttributeValue[];
  M: Record<string, AttributeValue>;
  SS: string[];
  NS: string[];
  BS: Uint8Array[];
}

/** The names of DynamoDB's ten types. */
export type AttributeType = keyof Contents;

type Others<K> = { [P in Exclude<AttributeType, K>]?: undefined };
type Only<K extends AttributeType> = { [P in K]: Contents[P] } & Others<K> & { $unknown?: undefined };

/**
 * A value as the wire has it: exactly one member, named after its type (spec/backends.md §3.3). $unknown is what the wire makes of a type
 * that it does not know; no value that was checked has it.
 */
export type AttributeValue = { [K in AttributeType]: Only<K> }[AttributeType] | (Others<never> & { $unknown: [string, unknown] });

/** Attributes by name. A name may be any text, `__proto__` and `constructor` too: read with attribute(), write with setAttribute(). */
export type Item = Record<string, AttributeValue>;

/** The type of a value that was checked. */
export function typeOf(value: AttributeValue): AttributeType {
  if (value.S !== undefined) return 'S';
  if (value.N !== undefined) return 'N';
  for (const type in value) if (value[type as AttributeType] !== undefined) return type as AttributeType;
  return 'NULL';
}

/** An own attribute of an item or map, or undefined. */
export function attribute(of: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

/** Sets an own attribute, whatever its name is. */
export function setAttribute(of: Item, name: string, value: AttributeValue): void {
  if (name === '__proto__') Object.defineProperty(of, name, { value, writable: true, enumerable: true, configurable: true });
  else of[name] = value;
}

const MOST_LEVELS = 32;

/**
 * Checks every value of an item as DynamoDB does: a name, one type, sets neither empty nor with duplicates, numbers in range, NULL true, at most 32
 * levels counting the attribute itself. Empty text and binary pass; keys have checks of their own. Throws ValidationException.
 */
export function checkItem(item: Item): void {
  checkAttributes(item, 1);
}

function checkAttributes(of: Item, level: number): void {
  for (const name in of) {
    if (name === '') throw invalid('Empty attribute name');
    checkValue(of[name], level);
  }
}

/** Checks one value as checkItem does. */
export function checkValue(value: AttributeValue | undefined, level = 1): void {
  if (level > MOST_LEVELS) {
    throw invalid(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
  }
  let types = 0;
  for (const type in value) {
    if (value[type as AttributeType] === undefined || !isType(type)) continue;
    types++;
    if (type !== 'S') checkContent(value, level);
  }
  if (types === 1) return;
  throw invalid(
    types === 0
      ? 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'
      : 'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

const TYPES: ReadonlySet<string> = new Set<AttributeType>(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS']);

/** Whether a text is the name of a type. */
export function isType(name: string): name is AttributeType {
  return TYPES.has(name);
}

function checkContent(value: AttributeValue, level: number): void {
  if (value.N !== undefined) canonicalNumber(value.N);
  if (value.NULL === false) throw refused('Null attribute value types must have the value of true');
  if (value.M) checkAttributes(value.M, level + 1);
  if (value.L) for (const element of value.L) checkValue(element, level + 1);
  if (value.SS) checkTexts(value.SS);
  if (value.NS) checkNumbers(value.NS);
  if (value.BS) checkBinaries(value.BS);
}

const refused = (detail: string) => invalid(`One or more parameter values were invalid: ${detail}`);
const repeats = (texts: readonly string[]) => texts.length > 1 && new Set(texts).size < texts.length;

function checkTexts(texts: readonly string[]): void {
  if (texts.length === 0) throw refused('An string set  may not be empty');
  if (repeats(texts)) throw refused(`Input collection [${texts.join(', ')}] contains duplicates.`);
}

function checkNumbers(numbers: readonly string[]): void {
  if (numbers.length === 0) throw refused('An number set  may not be empty');
  if (repeats(numbers.map(canonicalNumber))) throw invalid('Input collection contains duplicates');
}

function checkBinaries(binaries: readonly Uint8Array[]): void {
  if (binaries.length === 0) throw refused('Binary sets should not be empty');
  const texts = binaries.map(base64);
  if (repeats(texts)) throw refused(`Input collection [${texts.join(', ')}]of type BS contains duplicates.`);
}

/** The item with every number as AWS returns it; the same object when nothing had to change. The item was checked. */
export function normalizeItem(item: Item): Item {
  let changed: Item | undefined;
  for (const name in item) {
    const value = item[name]!;
    const canonical = normalizeValue(value);
    if (canonical === value) continue;
    changed ??= { ...item };
    setAttribute(changed, name, canonical);
  }
  return changed ?? item;
}

/** One value with every number in it as AWS returns it; the same object when nothing had to change. */
export function normalizeValue(value: AttributeValue): AttributeValue {
  if (value.S !== undefined) return value;
  if (value.N !== undefined) {
    const canonical = canonicalNumber(value.N);
    return canonical === value.N ? value : { N: canonical };
  }
  if (value.M) {
    const map = normalizeItem(value.M);
    return map === value.M ? value : { M: map };
  }
  if (value.L) {
    const list = value.L.map(normalizeValue);
    return list.every((element, at) => element === value.L[at]) ? value : { L: list };
  }
  return value.NS ? { NS: value.NS.map(canonicalNumber) } : value;
}

/** 400 KB. */
export const MOST_ITEM_BYTES = 409_600;

/** Throws ValidationException when an item is over 400 KB; what it is told differs between writing and updating. */
export function checkItemSize(item: Item, write: 'put' | 'update'): void {
  if (itemSize(item) <= MOST_ITEM_BYTES) return;
  throw invalid(`Item size ${write === 'update' ? 'to update ' : ''}has exceeded the maximum allowed size`);
}

/** The bytes that DynamoDB counts for an item: UTF-8 names and values (spec/backends.md §3.3). Numbers are canonical. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name in item) size += utf8Size(name) + valueSize(item[name]!);
  return size;
}

/** The bytes that DynamoDB counts for a value. */
export function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Size(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B) return value.B.byteLength;
  if (value.M) return itemSize(value.M) + 3 + Object.keys(value.M).length;
  if (value.L) return value.L.reduce((sum, element) => sum + 1 + valueSize(element), 3);
  if (value.SS) return value.SS.reduce((sum, text) => sum + utf8Size(text), 0);
  if (value.NS) return value.NS.reduce((sum, number) => sum + numberSize(number), 0);
  if (value.BS) return value.BS.reduce((sum, binary) => sum + binary.byteLength, 0);
  return 1;
}

/** A byte for each pair of significant digits, pairs standing on even powers of ten, one for the exponent, one for a minus. */
function numberSize(text: string): number {
  const minus = text.charCodeAt(0) === MINUS ? 1 : 0;
  let [first, last, point] = [-1, -1, text.length];
  for (let at = minus; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === POINT) point = at;
    else if (unit !== ZERO) {
      if (first < 0) first = at;
      last = at;
    }
  }
  if (first < 0) return 1;
  const digits = last - first + (first < point && point < last ? 0 : 1);
  const exponent = point - first - (first < point ? 1 : 0);
  return 1 + Math.ceil(digits / 2) + (digits % 2 === 0 && exponent % 2 === 0 ? 1 : 0) + minus;
}

const [MINUS, POINT, ZERO] = [45, 46, 48];

/** How many bytes a text has in UTF-8; most are short and ASCII, and counted faster here than across the border to native code. */
function utf8Size(text: string): number {
  if (text.length > 24) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return Buffer.byteLength(text);
  return text.length;
}

/** Whether two values are equal: same type; numbers by value, sets without order, lists in order. Numbers are canonical. */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a.S !== undefined) return a.S === b.S;
  if (a.N !== undefined) return a.N === b.N;
  if (a.B) return b.B !== undefined && sameBytes(a.B, b.B);
  if (a.BOOL !== undefined) return a.BOOL === b.BOOL;
  if (a.NULL !== undefined) return a.NULL === b.NULL;
  if (a.M) return b.M !== undefined && sameItem(a.M, b.M);
  if (a.L) return b.L !== undefined && sameList(a.L, b.L);
  if (a.SS) return sameTexts(a.SS, b.SS);
  if (a.NS) return sameTexts(a.NS, b.NS);
  return sameTexts(a.BS?.map(base64), b.BS?.map(base64));
}

const sameList = (a: readonly AttributeValue[], b: readonly AttributeValue[]) =>
  a.length === b.length && a.every((element, at) => equalValues(element, b[at]!));

function sameTexts(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (!a || !b || a.length !== b.length) return false;
  const of = new Set(b);
  return a.every((text) => of.has(text));
}

/** Whether two items have the same attributes with equal values: then a write changes nothing. */
export function sameItem(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalValues(a[name]!, b[name]!));
}

const sameBytes = (a: Uint8Array, b: Uint8Array) => a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;

/** Below, equal to or above zero for two S, N or B of one type; undefined for all others, which have no order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.S !== undefined && b.S !== undefined) return compareTexts(a.S, b.S);
  return a.B && b.B ? Buffer.compare(a.B, b.B) : undefined;
}

/** The order of two texts' UTF-8 bytes. */
function compareTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return inUtf8(x) - inUtf8(y);
  }
  return a.length - b.length;
}

// Surrogates stand for what comes after U+FFFF, so they go behind U+E000 to U+FFFF.
const inUtf8 = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit);

/** An item as compact JSON, binary in base64: how it is stored, carried in events and read by decodeItem. */
export function encodeItem(item: Item): string {
  return JSON.stringify(hasBinary(item) ? mapBinary(item, base64) : item);
}

const BINARY = /"BS?":["[]/;

/** What encodeItem wrote; binary is bytes again. */
export function decodeItem(text: string): Item {
  const item = JSON.parse(text) as Item;
  // A text with these characters has its quotes escaped, so only binary looks like this; most items have none.
  if (!BINARY.test(text)) return item;
  return mapBinary(item, (binary) => Buffer.from(binary as unknown as string, 'base64')) as Item;
}

/** The item with binary as base64 text: the JSON form of DynamoDB, for events that carry it as a document. */
export function toJsonItem(item: Item): unknown {
  return hasBinary(item) ? mapBinary(item, base64) : item;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

function hasBinary(item: Item): boolean {
  for (const name in item) if (isBinary(item[name]!)) return true;
  return false;
}

function isBinary(value: AttributeValue): boolean {
  if (value.S !== undefined || value.N !== undefined) return false;
  if (value.M) return hasBinary(value.M);
  return value.L ? value.L.some(isBinary) : value.B !== undefined || value.BS !== undefined;
}

type Recode = (binary: Uint8Array) => unknown;

function mapBinary(item: Item, recode: Recode): unknown {
  const mapped: Item = {};
  for (const name in item) setAttribute(mapped, name, recodeValue(item[name]!, recode));
  return mapped;
}

function recodeValue(value: AttributeValue, recode: Recode): AttributeValue {
  const recoded = (to: object) => to as AttributeValue;
  if (value.B !== undefined) return recoded({ B: recode(value.B) });
  if (value.BS) return recoded({ BS: value.BS.map(recode) });
  if (value.M) return recoded({ M: mapBinary(value.M, recode) });
  return value.L ? recoded({ L: value.L.map((element) => recodeValue(element, recode)) }) : value;
}
