import type { Comparator, Condition, Operand } from '../expressions/compiled.ts';
import { parsePath, parseValue, startsValue } from './parse-value.ts';
import { accept, expect, is, listOf, malformed, peek, type Reader, take, within } from './reader.ts';

/** A WHERE clause, as a condition of expressions. */
export function parseCondition(reader: Reader): Condition {
  return within(reader, parseOr);
}

function parseOr(reader: Reader): Condition {
  let left = parseAnd(reader);
  while (accept(reader, 'OR')) left = { kind: 'or', left, right: parseAnd(reader) };
  return left;
}

function parseAnd(reader: Reader): Condition {
  let left = parseNot(reader);
  while (accept(reader, 'AND')) left = { kind: 'and', left, right: parseNot(reader) };
  return left;
}

function parseNot(reader: Reader): Condition {
  if (accept(reader, 'NOT')) return { kind: 'not', of: within(reader, parseNot) };
  if (!is(peek(reader), '(')) return parseTerm(reader);
  expect(reader, '(');
  const condition = parseCondition(reader);
  expect(reader, ')');
  return condition;
}

const FUNCTIONS: Readonly<Record<string, (operand: Operand, sought: Operand) => Condition>> = {
  BEGINS_WITH: (operand, sought) => ({ kind: 'begins_with', operand, sought }),
  CONTAINS: (operand, sought) => ({ kind: 'contains', operand, sought }),
  ATTRIBUTE_TYPE: (operand, sought) => ({ kind: 'type', operand, type: (sought.kind === 'value' && sought.value.S) || '' }),
};

function parseTerm(reader: Reader): Condition {
  const called = is(peek(reader, 1), '(') ? FUNCTIONS[peek(reader).text.toUpperCase()] : undefined;
  if (called) {
    take(reader);
    const [operand, sought] = parseArguments(reader);
    if (!operand || !sought) throw malformed('A function has two arguments');
    return called(operand, sought);
  }
  return parseComparison(reader, parseOperand(reader));
}

function parseArguments(reader: Reader): readonly Operand[] {
  expect(reader, '(');
  const list = listOf(reader, parseOperand);
  expect(reader, ')');
  return list;
}

function parseOperand(reader: Reader): Operand {
  if (is(peek(reader), 'SIZE') && is(peek(reader, 1), '(')) {
    take(reader);
    const [of] = parseArguments(reader);
    return { kind: 'size', of: of! };
  }
  if (startsValue(reader)) return { kind: 'value', value: parseValue(reader) };
  return { kind: 'path', path: parsePath(reader) };
}

const COMPARATORS: Readonly<Record<string, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function parseComparison(reader: Reader, operand: Operand): Condition {
  if (accept(reader, 'IS')) return parseIs(reader, operand);
  const negated = accept(reader, 'NOT');
  const wrap = (condition: Condition): Condition => (negated ? { kind: 'not', of: condition } : condition);
  if (accept(reader, 'BETWEEN')) {
    const low = parseOperand(reader);
    expect(reader, 'AND');
    return wrap({ kind: 'between', operand, low, high: parseOperand(reader) });
  }
  if (accept(reader, 'IN')) return wrap({ kind: 'in', operand, list: parseChoices(reader) });
  const { kind, text } = take(reader);
  const operator = kind === 'sign' && !negated ? COMPARATORS[text] : undefined;
  if (!operator) throw malformed(`Expected a comparison, found ${text}`);
  return { kind: 'compare', operator, left: operand, right: parseOperand(reader) };
}

/** `IS [NOT] MISSING` and `IS [NOT] NULL`. */
function parseIs(reader: Reader, operand: Operand): Condition {
  const negated = accept(reader, 'NOT');
  if (accept(reader, 'MISSING')) {
    const exists: Condition = { kind: 'exists', operand };
    return negated ? exists : { kind: 'not', of: exists };
  }
  expect(reader, 'NULL');
  const isNull: Condition = { kind: 'type', operand, type: 'NULL' };
  return negated ? { kind: 'not', of: isNull } : isNull;
}

function parseChoices(reader: Reader): readonly Operand[] {
  const end = accept(reader, '(') ? ')' : ']';
  if (end === ']') expect(reader, '[');
  const list = listOf(reader, parseOperand);
  expect(reader, end);
  return list;
}
