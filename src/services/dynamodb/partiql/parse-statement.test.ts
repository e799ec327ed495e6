import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../../kernel/index.ts';
import { parseStatement } from './parse-statement.ts';

const WORDS = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'EXISTS', 'FROM', 'INTO', 'VALUE', 'SET', 'REMOVE', 'WHERE', 'ORDER', 'BY'],
  ...['AND', 'OR', 'NOT', 'IN', 'IS', 'MISSING', 'NULL', 'BETWEEN', 'RETURNING', 'ALL', 'OLD', '*', '(', ')', '[', ']'],
  ...['{', '}', '<<', '>>', ',', ':', '.', '=', '<', '+', '-', '?', '1', "'text'", '"name"', 'name', 'begins_with', 'size'],
];

const readOrRefused = (text: string) => {
  try {
    return parseStatement(text, [{ S: 'parameter' }]);
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return undefined;
  }
};

test('any text is read or refused, never more', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readOrRefused(text)));
  const sentences = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(sentences, (text) => void readOrRefused(text)),
    { numRuns: 500 },
  );
});

test('texts and names come back as they were, whatever is in them', () => {
  const quoted = (text: string, quote: string) => quote + text.replaceAll(quote, quote + quote) + quote;
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (name, text) => {
      const statement = parseStatement(`SELECT ${quoted(name, '"')} FROM t WHERE ${quoted(name, '"')} = ${quoted(text, "'")}`);
      assert.deepEqual(statement, {
        kind: 'select',
        table: 't',
        exists: false,
        projection: [[name]],
        where: {
          kind: 'compare',
          operator: '=',
          left: { kind: 'path', path: [name] },
          right: { kind: 'value', value: { S: text } },
        },
      });
    }),
  );
});

test('AND binds closer than OR, NOT closest', () => {
  const statement = parseStatement('SELECT * FROM t WHERE a = 1 OR NOT b = 2 AND c = 3');
  assert.equal(statement.kind === 'select' && statement.where?.kind, 'or');
  const right = statement.kind === 'select' && statement.where?.kind === 'or' && statement.where.right;
  assert.ok(right && right.kind === 'and' && right.left.kind === 'not');
});
