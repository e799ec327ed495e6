import type { Path, UpdateAction, UpdateValue } from '../expressions/compiled.ts';
import { type AttributeValue, checkItem } from '../values/item.ts';
import { parseCondition } from './parse-condition.ts';
import { parsePath, parseValue, startsValue } from './parse-value.ts';
import { accept, expect, is, listOf, malformed, openReader, peek, type Reader, take, takeName } from './reader.ts';
import type { Delete, Insert, Returning, Select, Statement, Update } from './statement.ts';

/**
 * Reads one statement of DynamoDB's PartiQL: SELECT, EXISTS(SELECT), INSERT, UPDATE, DELETE; names may be quoted, values are literals or
 * question marks. Throws ValidationException.
 */
export function parseStatement(text: string, parameters: readonly AttributeValue[] = []): Statement {
  const reader = openReader(text, parameters);
  const statement = parseAny(reader);
  if (peek(reader).kind !== 'end') throw malformed(`Unexpected ${peek(reader).text}`);
  if (reader.used !== parameters.length) throw malformed("Number of parameters in request and statement don't match.");
  return statement;
}

function parseAny(reader: Reader): Statement {
  if (accept(reader, 'SELECT')) return parseSelect(reader, false);
  if (accept(reader, 'INSERT')) return parseInsert(reader);
  if (accept(reader, 'UPDATE')) return parseUpdate(reader);
  if (accept(reader, 'DELETE')) return parseDelete(reader);
  if (!accept(reader, 'EXISTS')) throw malformed(`Unexpected ${peek(reader).text}`);
  expect(reader, '(', 'SELECT');
  const select = parseSelect(reader, true);
  expect(reader, ')');
  return select;
}

function parseSelect(reader: Reader, exists: boolean): Select {
  const projection = accept(reader, '*') ? undefined : listOf(reader, parsePath);
  expect(reader, 'FROM');
  const table = takeName(reader);
  const index = accept(reader, '.') ? takeName(reader) : undefined;
  const where = accept(reader, 'WHERE') ? parseCondition(reader) : undefined;
  const order = parseOrder(reader);
  return {
    kind: 'select',
    table,
    exists,
    ...(index === undefined ? {} : { index }),
    ...(projection ? { projection } : {}),
    ...(where ? { where } : {}),
    ...(order ? { order } : {}),
  };
}

function parseOrder(reader: Reader): Select['order'] {
  if (!accept(reader, 'ORDER')) return undefined;
  expect(reader, 'BY');
  const orders = listOf(reader, () => {
    const name = takeName(reader);
    const descending = accept(reader, 'DESC');
    if (!descending) accept(reader, 'ASC');
    return { name, descending };
  });
  return orders.at(-1);
}

function parseInsert(reader: Reader): Insert {
  expect(reader, 'INTO');
  const table = takeName(reader);
  expect(reader, 'VALUE');
  const { M: item } = parseValue(reader);
  if (!item) throw malformed('The value of INSERT must be a map');
  checkItem(item);
  return { kind: 'insert', table, item };
}

function parseUpdate(reader: Reader): Update {
  const table = takeName(reader);
  const actions: UpdateAction[] = [];
  for (;;) {
    if (accept(reader, 'SET')) actions.push(...listOf(reader, parseSet));
    else if (accept(reader, 'REMOVE'))
      actions.push(...listOf(reader, (): UpdateAction => ({ kind: 'remove', path: parsePath(reader) })));
    else break;
  }
  if (actions.length === 0) throw malformed(`Expected SET or REMOVE, found ${peek(reader).text}`);
  expect(reader, 'WHERE');
  return { kind: 'update', table, actions, where: parseCondition(reader), ...parseReturning(reader) };
}

function parseDelete(reader: Reader): Delete {
  expect(reader, 'FROM');
  const table = takeName(reader);
  expect(reader, 'WHERE');
  return { kind: 'delete', table, where: parseCondition(reader), ...parseReturning(reader) };
}

/** `RETURNING ALL|MODIFIED OLD|NEW *`. */
function parseReturning(reader: Reader): { returning?: Returning } {
  if (!accept(reader, 'RETURNING')) return {};
  const all = accept(reader, 'ALL');
  if (!all) expect(reader, 'MODIFIED');
  const old = accept(reader, 'OLD');
  if (!old) expect(reader, 'NEW');
  expect(reader, '*');
  return { returning: `${all ? 'ALL' : 'UPDATED'}_${old ? 'OLD' : 'NEW'}` };
}

const SET_CHANGES: Readonly<Record<string, 'add' | 'delete'>> = { SET_ADD: 'add', SET_DELETE: 'delete' };

function parseSet(reader: Reader): UpdateAction {
  const path = parsePath(reader);
  expect(reader, '=');
  const change = is(peek(reader, 1), '(') ? SET_CHANGES[peek(reader).text.toUpperCase()] : undefined;
  if (!change) return { kind: 'set', path, value: parseSum(reader) };
  take(reader);
  expect(reader, '(');
  refuseOther(path, parsePath(reader));
  expect(reader, ',');
  const value = parseValue(reader);
  expect(reader, ')');
  return { kind: change, path, value };
}

function refuseOther(path: Path, other: Path): void {
  if (JSON.stringify(path) !== JSON.stringify(other))
    throw malformed('set_add and set_delete change the attribute that they read');
}

function parseSum(reader: Reader): UpdateValue {
  const left = parsePart(reader);
  if (accept(reader, '+')) return { kind: 'sum', operator: '+', left, right: parsePart(reader) };
  if (accept(reader, '-')) return { kind: 'sum', operator: '-', left, right: parsePart(reader) };
  return left;
}

function parsePart(reader: Reader): UpdateValue {
  const name = is(peek(reader, 1), '(') ? peek(reader).text.toUpperCase() : '';
  if (name === 'LIST_APPEND' || name === 'IF_NOT_EXISTS') return parseCall(reader, name);
  if (startsValue(reader)) return { kind: 'value', value: parseValue(reader) };
  return { kind: 'path', path: parsePath(reader) };
}

function parseCall(reader: Reader, name: 'LIST_APPEND' | 'IF_NOT_EXISTS'): UpdateValue {
  take(reader);
  expect(reader, '(');
  const first = parsePart(reader);
  expect(reader, ',');
  const second = parsePart(reader);
  expect(reader, ')');
  if (name === 'LIST_APPEND') return { kind: 'list_append', left: first, right: second };
  if (first.kind !== 'path') throw malformed('if_not_exists begins with a path');
  return { kind: 'if_not_exists', path: first.path, otherwise: second };
}
