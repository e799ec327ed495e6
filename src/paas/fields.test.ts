import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, flagField, namesField, objectField, optionalText, textField, textsField } from './fields.ts';

const refused = { code: 'InvalidRequest' };

test('a body is an object of known members, or nothing', () => {
  assert.deepEqual(fieldsOf(undefined, ['a']), {});
  assert.deepEqual(fieldsOf({ a: 1 }, ['a']), { a: 1 });
  for (const body of [[], 'a', 1, true, { b: 1 }]) assert.throws(() => fieldsOf(body, ['a']), refused);
});

test('each member is what it is read as, or refused by name', () => {
  const wrong: readonly (readonly [(name: string, fields: Record<string, unknown>) => unknown, readonly unknown[]])[] = [
    [(name, fields) => textField(fields, name), [undefined, null, '', 5, [], {}]],
    [(name, fields) => optionalText(fields, name), [null, '', 5]],
    [(name, fields) => flagField(fields, name), ['true', 1, {}]],
    [(name, fields) => objectField(fields, name), [null, [], 'a', 1]],
    [(name, fields) => textsField(fields, name), [[], 'a', { a: 1 }, { a: null }]],
    [(name, fields) => namesField(fields, name), ['a', 5, { a: null }, [1], [''], [null]]],
  ];
  for (const [read, values] of wrong)
    for (const value of values)
      assert.throws(() => read('it', { it: value }), { ...refused, message: /\bit\b is / }, String(value));
  assert.deepEqual(namesField({ it: ['a', 'b', 'a'] }, 'it'), ['a', 'b']);
  assert.deepEqual(textsField({ it: { a: '' } }, 'it'), { a: '' });
  assert.deepEqual([flagField({}, 'it'), objectField({}, 'it'), namesField({}, 'it')], [false, undefined, []]);
});
