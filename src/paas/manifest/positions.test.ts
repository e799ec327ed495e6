import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { type KeyPath, positionsOf } from './positions.ts';

const TEXT = `top = 1
[a.b]          # a comment = with signs
"quo.ted" = 'x # no comment'
c.d = """
[not.a.table]
e = 1"""
list = [
  1, # one
  { x = 2, y = [3, 4] },
]
[[many]]
n = 1
[[many]]
n = 2
[many.below]
z = "\\"]"
[[many.inner]]
q = 1
`;

test('keys are found in tables, lists, inline tables and lists of tables', () => {
  parse(TEXT);
  const at = positionsOf(TEXT);
  const lines = (path: KeyPath) => `${at(path).line}:${at(path).column}`;
  assert.equal(lines(['top']), '1:1');
  assert.equal(lines(['a', 'b']), '2:2');
  assert.equal(lines(['a', 'b', 'quo.ted']), '3:1');
  assert.equal(lines(['a', 'b', 'c', 'd']), '4:1');
  assert.equal(lines(['a', 'b', 'list', 1]), '9:3');
  assert.equal(lines(['a', 'b', 'list', 1, 'x']), '9:5');
  assert.equal(lines(['a', 'b', 'list', 1, 'y', 1]), '9:20');
  assert.equal(lines(['many', 1, 'n']), '14:1');
  assert.equal(lines(['many', 1, 'below', 'z']), '16:1');
  assert.equal(lines(['many', 1, 'inner', 0, 'q']), '18:1');
  assert.equal(lines(['many', 0, 'missing']), '11:3');
});

test('the key of every value of a document is found where it stands', () => {
  const key = fc.stringMatching(/^[a-z"'. é-]{1,6}$/);
  const { tree } = fc.letrec<{ tree: Record<string, unknown>; value: unknown }>((tie) => ({
    tree: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.string({ unit: 'grapheme' }), fc.boolean(), tie('tree')),
  }));
  fc.assert(
    fc.property(tree, (document) => {
      const text = stringify(document);
      const lines = text.split('\n');
      const at = positionsOf(text);
      const look = (value: unknown, path: readonly string[]) => {
        if (typeof value === 'object' && value !== null) {
          for (const [name, one] of Object.entries(value)) look(one, [...path, name]);
          return;
        }
        const { line, column } = at(path);
        const rest = lines[line - 1]!.slice(column - 1);
        const name = path.at(-1)!;
        assert.ok(
          [name, JSON.stringify(name), `'${name}'`].some((form) => rest.startsWith(`${form} =`)),
          `${path}: ${rest}`,
        );
      };
      look(document, []);
    }),
    { numRuns: 200 },
  );
});
