import type { Path } from '../expressions/compiled.ts';
import { type AttributeValue, checkValue, type Item, normalizeValue, setAttribute } from '../values/item.ts';
import { accept, expect, is, listOf, malformed, peek, type Reader, take, takeName, within } from './reader.ts';

/** `"name"."other"[0]`. */
export function parsePath(reader: Reader): Path {
  const path: (string | number)[] = [takeName(reader)];
  for (;;) {
    if (accept(reader, '.')) path.push(takeName(reader));
    else if (is(peek(reader), '[')) path.push(parseStep(reader));
    else return path;
  }
}

function parseStep(reader: Reader): string | number {
  expect(reader, '[');
  const { kind, text } = take(reader);
  expect(reader, ']');
  if (kind === 'text') return text;
  if (kind !== 'number' || !/^\d{1,9}$/.test(text)) throw malformed(`Expected an index, found ${text}`);
  return Number(text);
}

/** Whether a value begins here, and not a path. */
export function startsValue(reader: Reader): boolean {
  const next = peek(reader);
  if (next.kind === 'text' || next.kind === 'number') return true;
  return ['?', '[', '{', '<<', '-', '+', 'TRUE', 'FALSE', 'NULL'].some((one) => is(next, one));
}

/** A literal or a parameter. Throws ValidationException for values that no attribute can have. */
export function parseValue(reader: Reader): AttributeValue {
  const value = within(reader, parseAny);
  checkValue(value);
  return normalizeValue(value);
}

function parseAny(reader: Reader): AttributeValue {
  if (accept(reader, '?')) return parameter(reader);
  if (accept(reader, 'TRUE')) return { BOOL: true };
  if (accept(reader, 'FALSE')) return { BOOL: false };
  if (accept(reader, 'NULL')) return { NULL: true };
  if (accept(reader, '[')) return { L: elements(reader, ']') };
  if (accept(reader, '<<')) return setOf(elements(reader, '>>'));
  if (accept(reader, '{')) return { M: members(reader) };
  const negative = accept(reader, '-');
  if (!negative) accept(reader, '+');
  const { kind, text } = take(reader);
  if (kind === 'number') return { N: negative ? `-${text}` : text };
  if (kind === 'text' && !negative) return { S: text };
  throw malformed(`Expected a value, found ${text}`);
}

function parameter(reader: Reader): AttributeValue {
  const value = reader.parameters[reader.used++];
  if (!value) throw malformed("Number of parameters in request and statement don't match.");
  return value;
}

function elements(reader: Reader, end: string): AttributeValue[] {
  if (accept(reader, end)) return [];
  const list = listOf(reader, parseValue);
  expect(reader, end);
  return list;
}

function members(reader: Reader): Item {
  const item: Item = {};
  if (accept(reader, '}')) return item;
  listOf(reader, () => {
    const { kind, text } = take(reader);
    if (kind !== 'text') throw malformed(`Expected a 'name', found ${text}`);
    expect(reader, ':');
    setAttribute(item, text, parseValue(reader));
  });
  expect(reader, '}');
  return item;
}

function setOf(list: readonly AttributeValue[]): AttributeValue {
  if (list.length > 0 && list.every(({ S }) => S !== undefined)) return { SS: list.map(({ S }) => S!) };
  if (list.length > 0 && list.every(({ N }) => N !== undefined)) return { NS: list.map(({ N }) => N!) };
  if (list.length > 0 && list.every(({ B }) => B !== undefined)) return { BS: list.map(({ B }) => B!) };
  throw malformed('A set has texts, numbers or binaries, all of one type');
}
