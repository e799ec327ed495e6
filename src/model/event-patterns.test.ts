import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { compilePattern, matches } from './event-patterns.ts';

function refusal(pattern: unknown): string {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (isFailure(error, 'InvalidEventPatternException'))
      return error.message.replace('Event pattern is not valid. Reason: ', '');
    throw error;
  }
  assert.fail(`${JSON.stringify(pattern)} was accepted`);
}

/** Matchers for the field a, and the values of a that they select and do not (undefined: there is no a). */
const TABLE: readonly (readonly [matchers: unknown[], yes: unknown[], no: unknown[]])[] = [
  [['x'], ['x', ['y', 'x'], [['x']]], ['X', undefined, null, [], 'xx', { b: 'x' }]],
  [[300], [300, 3e2, [1, 300]], ['300', 301]],
  [[null], [null, [null]], ['null', [], undefined, {}, 0, '']],
  [
    [true, ''],
    [true, ''],
    ['true', false, ' '],
  ],
  [[{ prefix: 'ab' }], ['ab', 'abc', ['z', 'ab']], ['xab', 1, undefined, 'AB']],
  [[{ prefix: '' }], ['', 'x'], [1, null]],
  [[{ prefix: { 'equals-ignore-case': 'aB' } }], ['ABc', 'ab'], ['b']],
  [[{ suffix: '.png' }], ['x.png', '.png'], ['x.PNG', 'png']],
  [[{ suffix: { 'equals-ignore-case': '.png' } }], ['x.PNG'], ['x.jpg']],
  [[{ 'equals-ignore-case': 'Case' }], ['cASE', 'case'], ['cases', 1]],
  [[{ wildcard: 'a*c' }], ['ac', 'abc', 'a*c', 'abcc'], ['a', 'acd', 'bac']],
  [[{ wildcard: '*a*b*' }], ['ab', 'xaxbx'], ['ba']],
  [[{ wildcard: 'a\\*b\\\\' }], ['a*b\\'], ['axb\\']],
  [[{ wildcard: '' }], [''], ['x']],
  [[{ numeric: ['=', 5] }], [5, 5.0], ['5', 6]],
  [[{ numeric: ['>', 0, '<=', 5] }], [5, 0.1], [0, 5.1, '3', null]],
  [[{ numeric: ['<', -1] }], [-2], [-1, true]],
  [[{ cidr: '10.0.0.0/24' }], ['10.0.0.0', '10.0.0.255'], ['10.0.1.0', 'x', 10, '10.0.0', '::1']],
  [[{ cidr: '2001:db8::/32' }], ['2001:db8::1', '2001:0db8:0:0:0:0:0:2'], ['2001:db9::1', '10.0.0.1']],
  [[{ exists: true }], ['', null, false, ['x']], [undefined, [], {}, { b: 1 }]],
  [[{ exists: false }], [undefined, [], {}, { b: 1 }], ['', null, false]],
  [[{ 'anything-but': 'x' }], ['y', null, 12, ['x', 'y']], ['x', undefined, ['x'], {}]],
  [[{ 'anything-but': [1, 2] }], [3, '1', null], [1, 2]],
  [[{ 'anything-but': { prefix: 'x' } }], ['y', null, 1], ['xy', undefined]],
  [[{ 'anything-but': { suffix: ['x', 'y'] } }], ['z'], ['ax', 'by']],
  [[{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }], ['c', 1], ['a', 'B']],
  [[{ 'anything-but': { wildcard: ['*/a/*', 'b*'] } }], ['/x/'], ['1/a/2', 'bc']],
  [['x', { prefix: 'y' }, { exists: false }], ['x', 'yy', undefined], ['z']],
];

test('each operator selects what AWS says, and nothing else', () => {
  for (const [matchers, yes, no] of TABLE) {
    const pattern = compilePattern({ a: matchers });
    const event = (a: unknown) => (a === undefined ? { other: 1 } : { a, other: 1 });
    for (const value of yes) assert.ok(matches(pattern, event(value)), `${JSON.stringify(matchers)} on ${JSON.stringify(value)}`);
    for (const value of no)
      assert.ok(!matches(pattern, event(value)), `${JSON.stringify(matchers)} not on ${JSON.stringify(value)}`);
  }
});

test('errors have the texts of AWS', () => {
  const texts: readonly (readonly [unknown, string])[] = [
    ['["a"]', 'Filter is not an object'],
    ['word', "Unrecognized token 'word': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"],
    ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    ['{"a":', 'Unexpected end-of-input'],
    ['', 'No content to map due to end-of-input'],
    [{}, 'Empty objects are not allowed'],
    [{ a: 1 }, '"a" must be an object or an array'],
    [{ a: [] }, 'Empty arrays are not allowed'],
    [{ a: [['x']] }, 'Match value must be String, number, true, false, or null'],
    [{ a: [{}] }, 'Match expression name not found'],
    [{ a: [{ X: 1 }] }, 'Unrecognized match type X'],
    [{ a: [{ constructor: 1 }] }, 'Unrecognized match type constructor'],
    [{ a: [{ prefix: 1 }] }, 'prefix match pattern must be a string'],
    [{ a: [{ suffix: ['a'] }] }, 'suffix match pattern must be a string'],
    [{ a: [{ prefix: 'a', suffix: 'b' }] }, 'Only one key allowed in match expression'],
    [{ a: [{ prefix: { suffix: 'a' } }] }, 'Unsupported prefix pattern: suffix'],
    [{ a: [{ 'equals-ignore-case': { prefix: 'a' } }] }, 'equals-ignore-case match pattern must be a string'],
    [{ a: [{ wildcard: 1 }] }, 'wildcard match pattern must be a string'],
    [{ a: [{ wildcard: 'a**' }] }, 'Consecutive wildcard characters at pos 2'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'Invalid escape character at pos 2'],
    [
      { a: [{ wildcard: '*:*:*:*:*:event-bus/*' }] },
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    ],
    [{ a: [{ numeric: 10 }] }, 'Value of numeric must be an array.'],
    [{ a: [{ numeric: [] }] }, 'Invalid member in numeric match: ]'],
    [{ a: [{ numeric: ['~', 1] }] }, 'Unrecognized numeric range operator: ~'],
    [{ a: [{ numeric: ['='] }] }, 'Value of equals must be numeric'],
    [{ a: [{ numeric: ['=', 1, 2] }] }, 'Too many elements in numeric expression'],
    [{ a: [{ numeric: ['>', 0, '>', 0] }] }, 'Bad numeric range operator: >'],
    [{ a: [{ numeric: ['>', 0, '<'] }] }, 'Value of < must be numeric'],
    [{ a: [{ numeric: ['>', 0, 5] }] }, 'Bad value in numeric range: 5'],
    [{ a: [{ numeric: ['>', 0, '<', 1, 2] }] }, 'Too many terms in numeric range expression'],
    [{ a: [{ numeric: ['>', 2, '<', 1] }] }, 'Bottom must be less than top'],
    [{ a: [{ cidr: ['x'] }] }, 'prefix match pattern must be a string'],
    [{ a: [{ cidr: '10.0.0.0' }] }, "Malformed CIDR, one '/' required"],
    [{ a: [{ cidr: '10.0.0.0/x' }] }, 'Malformed CIDR, mask bits must be an integer'],
    [{ a: [{ cidr: 'xx.11.xx/8' }] }, 'Nonstandard IP address: xx.11.xx'],
    [{ a: [{ cidr: '10.0.0.0/32' }] }, 'IPv4 mask bits must be < 32'],
    [{ a: [{ exists: 'true' }] }, 'exists match pattern must be either true or false.'],
    [{ a: [{ 'anything-but': null }] }, 'Value of anything-but must be an array or single string/number value.'],
    [{ a: [{ 'anything-but': ['x', null] }] }, 'Inside anything but list, start|null|boolean is not supported.'],
    [
      { a: [{ 'anything-but': ['x', 1] }] },
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'Null prefix/suffix not allowed'],
    [{ a: [{ 'anything-but': { suffix: 1 } }] }, 'prefix/suffix match pattern must be a string'],
    [
      { a: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'x' } } }] },
      'Value of anything-but must be an array or single string/number value.',
    ],
    [
      { a: [{ 'anything-but': { 'equals-ignore-case': [1] } }] },
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    ],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'Unsupported anything-but pattern: numeric'],
  ];
  for (const [pattern, text] of texts) assert.equal(refusal(pattern), text);
});

test('names are joined by dots on both sides', () => {
  const nested = compilePattern({ detail: { state: { status: ['on'] } } });
  assert.ok(matches(nested, { detail: { 'state.status': 'on' } }));
  assert.ok(!matches(nested, { detail: { 'state.status': { status: 'on' } } }));
  const joined = compilePattern({ detail: { 'state.status': ['on'] } });
  assert.ok(matches(joined, { detail: { state: { status: 'on' } } }));
  assert.ok(matches(joined, { 'detail.state': { status: 'on' } }));
});

test('matched fields come from compatible elements of arrays', () => {
  const both = compilePattern({ list: { a: [1], b: [2] } });
  assert.ok(matches(both, { list: [{ a: 0 }, { a: 1, b: 2 }] }));
  assert.ok(!matches(both, { list: [{ a: 1 }, { b: 2 }] }));
  const deep = compilePattern({ l: { m: { a: [1], b: [2] }, c: [3] } });
  assert.ok(matches(deep, { l: [{ c: 0 }, { m: [{ a: 1, b: 2 }], c: 3 }] }));
  assert.ok(!matches(deep, { l: [{ m: [{ a: 1 }, { b: 2 }], c: 3 }] }));
  assert.ok(!matches(deep, { l: [{ m: [{ a: 1, b: 2 }] }, { c: 3 }] }));
  const absent = compilePattern({ list: { a: [1], b: [{ exists: false }] } });
  assert.ok(matches(absent, { list: [{ a: 1 }, { a: 2, b: 3 }] }));
  assert.ok(!matches(absent, { list: [{ a: 1, b: 3 }, { a: 2 }] }));
});

test('$or makes alternatives, unless it is an ordinary name', () => {
  const pattern = compilePattern({ s: ['x'], $or: [{ a: [1] }, { b: { $or: [{ c: [2] }, { d: [3] }] } }] });
  assert.equal(pattern.alternatives.length, 3);
  assert.ok(matches(pattern, { s: 'x', a: 1 }));
  assert.ok(matches(pattern, { s: 'x', b: { d: 3 } }));
  assert.ok(!matches(pattern, { s: 'y', a: 1 }));
  assert.ok(!matches(pattern, { s: 'x', b: { c: 3 } }));
  assert.ok(matches(compilePattern({ $or: ['x', 'y'] }), { $or: 'y' }));
  assert.ok(matches(compilePattern({ $or: [{ prefix: 'x' }, { suffix: 'y' }] }), { $or: 'zy' }));
  const branch = { $or: [{ a: [1] }, { a: [2] }] };
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`f${i}`, branch]));
  assert.match(refusal(many), /^Rule is too complex/);
});

test('many elements of arrays do not make matching slow', () => {
  const pattern = compilePattern({ l: { a: [1], b: { c: [1] }, d: { e: [1] }, f: { g: [1] }, z: [{ exists: false }] } });
  const lists = { b: Array(30).fill({ c: 1 }), d: Array(30).fill({ e: 1 }), f: Array(30).fill({ g: 1 }) };
  assert.ok(!matches(pattern, { l: Array(40).fill({ a: 1, ...lists, z: 0 }) }));
  assert.ok(matches(pattern, { l: [...Array(40).fill({ a: 1, ...lists, z: 0 }), { a: 1, ...lists }] }));
});

type Found = { readonly value: unknown; readonly at: ReadonlyMap<number, number> };

/** All leaves of an event by their dotted names, with the element of each array that they lie in. */
function flatten(event: unknown): Map<string, Found[]> {
  const leaves = new Map<string, Found[]>();
  let arrays = 0;
  const walk = (value: unknown, name: string, at: ReadonlyMap<number, number>) => {
    if (Array.isArray(value)) {
      const id = arrays++;
      value.forEach((element, i) => {
        walk(element, name, typeof element === 'object' && element ? new Map([...at, [id, i]]) : at);
      });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`, at);
    } else leaves.set(name, [...(leaves.get(name) ?? []), { value, at }]);
  };
  walk(event, '', new Map());
  return leaves;
}

/** The rules of §8.2 as they are written, without any thought for speed. */
function naive(pattern: object, event: object): boolean {
  const leaves = flatten(event);
  const fields = [...flattenPattern(pattern)].sort(([a], [b]) => (a < b ? -1 : 1));
  const agree = (one: Found['at'], two: Found['at']) => [...one].every(([id, i]) => !two.has(id) || two.get(id) === i);
  const search = (i: number, chosen: Found['at']): boolean => {
    if (i === fields.length) return true;
    const [name, values] = fields[i]!;
    const here = (leaves.get(name) ?? []).filter((leaf) => agree(leaf.at, chosen));
    if (values.some((value) => isAbsence(value)) && here.length === 0 && search(i + 1, chosen)) return true;
    return here.some(
      (leaf) => values.some((value) => same(value, leaf.value)) && search(i + 1, new Map([...chosen, ...leaf.at])),
    );
  };
  return search(0, new Map());
}

const isAbsence = (matcher: unknown) => typeof matcher === 'object' && (matcher as { exists?: boolean })?.exists === false;

function same(matcher: unknown, value: unknown): boolean {
  if (typeof matcher !== 'object' || matcher === null) return matcher === value;
  const { exists, 'anything-but': but } = matcher as { exists?: boolean; 'anything-but'?: unknown };
  return but === undefined ? exists === true : value !== but;
}

function flattenPattern(pattern: object, prefix = ''): Map<string, unknown[]> {
  return new Map(
    Object.entries(pattern).flatMap(([key, value]) => {
      const name = prefix === '' ? key : `${prefix}.${key}`;
      return Array.isArray(value) ? [[name, value] as const] : [...flattenPattern(value as object, name)];
    }),
  );
}

const name = fc.constantFrom('a', 'b', 'c');
const leaf = fc.constantFrom<unknown>('x', 'y', 1, 2, null, true);
const { event } = fc.letrec<{ event: object; value: unknown }>((tie) => ({
  event: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('event')),
}));
const matcher = fc.oneof(leaf, fc.constantFrom({ exists: true }, { exists: false }, { 'anything-but': 'x' }));
const { pattern } = fc.letrec<{ pattern: object; field: unknown }>((tie) => ({
  pattern: fc.dictionary(name, tie('field'), { minKeys: 1, maxKeys: 3 }),
  field: fc.oneof({ maxDepth: 3 }, fc.array(matcher, { minLength: 1, maxLength: 3 }), tie('pattern')),
}));

test('patterns match as a naive reading of the rules does', () => {
  fc.assert(
    fc.property(pattern, event, (given, one) => {
      assert.equal(matches(compilePattern(JSON.stringify(given)), one), naive(given, one));
    }),
    { numRuns: 3000 },
  );
});

test('whatever text comes, a pattern is compiled or refused', () => {
  const wild = fc.oneof(
    fc.string(),
    fc.json(),
    pattern.map((given) => JSON.stringify(given).replace('"x"', '{"wildcard":"*"}')),
  );
  fc.assert(
    fc.property(wild, fc.anything(), (text, one) => {
      try {
        matches(compilePattern(text), one);
      } catch (error) {
        assert.ok(isFailure(error, 'InvalidEventPatternException'), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
