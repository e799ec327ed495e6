import { isFailure } from '../../../kernel/index.ts';
import { invalid } from '../values/invalid.ts';
import { type AttributeValue, checkValue, type Item, itemSize, normalizeItem } from '../values/item.ts';
import type { Parsed } from './syntax.ts';

export type AttributeNames = Readonly<Record<string, string>>;

const LONGEST_KEY = 255;
const MOST_BYTES = 2 * 1024 * 1024;

/** Checks ExpressionAttributeNames: not empty, keys `#name` of at most 255 bytes, no empty name. Throws ValidationException. */
export function checkNames(names: AttributeNames): void {
  const keys = Object.keys(names);
  if (keys.length === 0) throw invalid('ExpressionAttributeNames must not be empty');
  for (const key of keys) {
    if (!/^#\w+$/.test(key)) throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
    checkKeyLength('ExpressionAttributeNames', key);
    if (names[key] === '') {
      throw invalid(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`);
    }
  }
}

/** Checks ExpressionAttributeValues likewise, each value as an item's, 2 MB in all; gives them with canonical numbers. */
export function checkValues(values: Item): Item {
  const keys = Object.keys(values);
  if (keys.length === 0) throw invalid('ExpressionAttributeValues must not be empty');
  for (const key of keys) {
    if (!/^:\w+$/.test(key)) throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
    checkKeyLength('ExpressionAttributeValues', key);
  }
  for (const key of keys) checkPlaced(key, values[key]);
  const canonical = normalizeItem(values);
  if (itemSize(canonical) > MOST_BYTES) throw invalid('ExpressionAttributeValues exceeds max size');
  return canonical;
}

function checkKeyLength(parameter: string, key: string): void {
  if (key.length <= LONGEST_KEY) return;
  throw invalid(
    `${parameter} contains invalid key: The expression attribute map contains a key that is too long; size of key: ${key.length}`,
  );
}

function checkPlaced(key: string, value: AttributeValue | undefined): void {
  try {
    checkValue(value);
  } catch (error) {
    if (!isFailure(error, 'ValidationException')) throw error;
    throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
  }
}

/** Throws ValidationException when a placeholder is given that no expression uses. */
export function checkUsed(which: 'names' | 'values', given: object, expressions: readonly Parsed<unknown>[]): void {
  const unused = Object.keys(given).filter((key) => !expressions.some((expression) => expression[which].has(key)));
  if (unused.length === 0) return;
  const parameter = which === 'names' ? 'ExpressionAttributeNames' : 'ExpressionAttributeValues';
  throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`);
}
