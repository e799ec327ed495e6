import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { passesAttributes, passesBody } from './filter-matching.ts';
import { type FilterPolicyScope, parseFilterPolicy } from './filter-policy.ts';

function refusal(policy: unknown, scope: FilterPolicyScope = 'MessageBody', prefix?: string): string {
  try {
    parseFilterPolicy(typeof policy === 'string' ? policy : JSON.stringify(policy), scope, prefix);
  } catch (error) {
    assert.ok(isFailure(error, 'InvalidParameterException'), String(error));
    return error.message.replace('Invalid parameter: ', '');
  }
  return 'accepted';
}

test('refusals are in the words of SNS', () => {
  const cases: readonly (readonly [policy: unknown, text: string])[] = [
    [{ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, 'FilterPolicy: Filter policy can not have more than 5 keys'],
    [{ a: 'v' }, 'FilterPolicy: "a" must be an object or an array'],
    [{ a: [] }, 'FilterPolicy: Empty arrays are not allowed'],
    [{ a: [['v']] }, 'FilterPolicy: Match value must be String, number, true, false, or null'],
    [{ a: [{ wildcard: 'x*' }] }, 'FilterPolicy: Unrecognized match type wildcard'],
    [{ a: [{ prefix: 'a', suffix: 'b' }] }, 'FilterPolicy: Only one key allowed in match expression'],
    [{ a: [{ suffix: 100 }] }, 'FilterPolicy: suffix match pattern must be a string'],
    [{ a: [{ exists: 'no' }] }, 'FilterPolicy: exists match pattern must be either true or false.'],
    [{ a: [{ 'anything-but': { suffix: 'x' } }] }, 'FilterPolicy: Unsupported anything-but pattern: suffix'],
    [{ a: [{ 'anything-but': { prefix: false } }] }, 'FilterPolicy: prefix match pattern must be a string'],
    [{ a: [{ numeric: [] }] }, 'FilterPolicy: Invalid member in numeric match: ]'],
    [{ a: [{ numeric: [1, '<='] }] }, 'FilterPolicy: Invalid member in numeric match: 1'],
    [{ a: [{ numeric: ['operator'] }] }, 'FilterPolicy: Unrecognized numeric range operator: operator'],
    [{ a: [{ numeric: ['=', '000'] }] }, 'FilterPolicy: Value of equals must be numeric'],
    [{ a: [{ numeric: ['>='] }] }, 'FilterPolicy: Value of >= must be numeric'],
    [{ a: [{ numeric: ['<', 100, '>', 10] }] }, 'FilterPolicy: Too many elements in numeric expression'],
    [{ a: [{ numeric: ['>', 20, 30] }] }, 'FilterPolicy: Bad value in numeric range: 30'],
    [{ a: [{ numeric: ['>', 20, 'test'] }] }, 'FilterPolicy: Bad numeric range operator: test'],
    [{ a: [{ numeric: ['>', 20, '<', '30'] }] }, 'FilterPolicy: Value of < must be numeric'],
    [{ a: [{ numeric: ['>', 3, '<', 1] }] }, 'FilterPolicy: Bottom must be less than top'],
    [{ a: [{ numeric: ['>', 20, '<', 30, '<', 50] }] }, 'FilterPolicy: Too many terms in numeric range expression'],
    [{ a: [{ cidr: ['x'] }] }, 'FilterPolicy: prefix match pattern must be a string'],
    [{ a: [{ cidr: '10.0.0.0' }] }, "FilterPolicy: Malformed CIDR, one '/' required"],
    [{ a: [{ cidr: '10.0.0.0/x' }] }, 'FilterPolicy: Malformed CIDR, mask bits must be an integer'],
    [{ a: [{ cidr: 'xx.11.xx/8' }] }, 'FilterPolicy: Nonstandard IP address: xx.11.xx'],
    [[], 'FilterPolicy: failed to parse JSON. Filter is not an object'],
  ];
  for (const [policy, text] of cases) assert.equal(refusal(policy), text, JSON.stringify(policy));
  assert.match(refusal('{invalid'), /^FilterPolicy: failed to parse JSON\. /);
  assert.equal(
    refusal({ a: [] }, 'MessageBody', 'Invalid parameter: Attributes Reason: '),
    'Attributes Reason: FilterPolicy: Empty arrays are not allowed',
  );
});

test('attributes do not nest', () => {
  const text = 'Filter policy scope MessageAttributes does not support nested filter policy';
  assert.equal(refusal({ a: { b: ['v'] } }, 'MessageAttributes'), text);
  assert.equal(refusal({ a: { b: ['v'] } }), 'accepted');
  assert.equal(refusal({ key: { suffix: 'v' } }, 'MessageAttributes'), 'FilterPolicy: "suffix" must be an object or an array');
});

test('a policy has at most 150 combinations, which depth multiplies and $or adds up', () => {
  const of = (count: number) => Array.from({ length: count }, (_, index) => index);
  assert.equal(refusal({ a: { b: { c: of(4) } }, d: { e: of(3) } }), 'accepted'); // 3 × 4 × 2 × 3 = 72
  assert.equal(refusal({ a: of(150) }), 'accepted');
  assert.equal(refusal({ a: of(151) }), 'FilterPolicy: Filter policy is too complex');
  assert.equal(refusal({ $or: [{ a: of(75) }, { b: of(75) }] }), 'accepted');
  assert.equal(refusal({ $or: [{ a: of(75) }, { b: of(76) }] }), 'FilterPolicy: Filter policy is too complex');
  const deep = `${'{"a":'.repeat(200)}[1]${'}'.repeat(200)}`;
  assert.equal(refusal(deep), 'FilterPolicy: Filter policy is too complex');
  const choices = `${'{"$or":[{},'.repeat(9000)}{"a":[1]}${']}'.repeat(9000)}`;
  assert.equal(refusal(choices), 'FilterPolicy: Filter policy is too complex');
});

const attributes = (policy: object, given: Record<string, [type: string, value: string]>) =>
  passesAttributes(
    parseFilterPolicy(JSON.stringify(policy), 'MessageAttributes'),
    Object.fromEntries(Object.entries(given).map(([name, [type, value]]) => [name, { type, value }])),
  );

test('attributes are matched by their types', () => {
  assert.equal(attributes({ a: ['x', 'y'] }, { a: ['String', 'y'] }), true);
  assert.equal(attributes({ a: ['x'] }, { b: ['String', 'x'] }), false);
  assert.equal(attributes({ a: [100] }, { a: ['Number', '100.0'] }), true);
  assert.equal(attributes({ a: [{ numeric: ['>', 5, '<=', 10] }] }, { a: ['Number', '10'] }), true);
  assert.equal(attributes({ a: [{ numeric: ['>', 5] }] }, { a: ['String', '10'] }), false);
  assert.equal(attributes({ a: ['y', true] }, { a: ['String.Array', '["x","y"]'] }), true);
  assert.equal(attributes({ a: [{ 'anything-but': ['x'] }] }, { a: ['String.Array', '["x","y"]'] }), true);
  assert.equal(attributes({ a: [{ 'anything-but': ['x', 'y'] }] }, { a: ['String.Array', '["x","y"]'] }), false);
  assert.equal(attributes({ a: ['x'] }, { a: ['String.Array', 'not json'] }), false);
  assert.equal(attributes({ a: ['x'] }, { a: ['Binary', 'x'] }), false);
  assert.equal(attributes({ a: [{ exists: false }] }, {}), true);
  assert.equal(attributes({ a: [{ exists: true }] }, { a: ['String', ''] }), true);
  assert.equal(attributes({ a: [{ 'anything-but': 'x' }] }, {}), false);
  assert.equal(attributes({ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: ['String', 'xy'] }), false);
  assert.equal(attributes({ a: [{ cidr: '10.0.0.0/24' }] }, { a: ['String', '10.0.0.7'] }), true);
  assert.equal(attributes({ a: [{ 'equals-ignore-case': 'TennIs' }] }, { a: ['String', 'tennis'] }), true);
  assert.equal(attributes({ $or: [{ a: ['x'] }, { b: ['y'] }], c: ['z'] }, { b: ['String', 'y'], c: ['String', 'z'] }), true);
  assert.equal(attributes({ $or: [{ a: ['x'] }, { b: ['y'] }], c: ['z'] }, { c: ['String', 'z'] }), false);
  assert.equal(attributes({ $or: ['plain'] }, { $or: ['String', 'plain'] }), true);
});

const body = (policy: object, given: unknown) =>
  passesBody(parseFilterPolicy(JSON.stringify(policy), 'MessageBody'), typeof given === 'string' ? given : JSON.stringify(given));

test('bodies are matched in depth, through arrays, and dots lead down too', () => {
  assert.equal(body({ a: { b: ['x'] } }, { a: { b: 'x' } }), true);
  assert.equal(body({ a: { b: ['x'] } }, { a: [{ b: 'y' }, [{ b: ['x'] }]] }), true);
  assert.equal(body({ 'a.b': ['x'] }, { a: { b: 'x' } }), true);
  assert.equal(body({ a: { b: ['x'] } }, { 'a.b': 'x' }), true);
  assert.equal(body({ a: [null] }, { a: null }), true);
  assert.equal(body({ a: [null] }, {}), false);
  assert.equal(body({ a: [{ 'anything-but': [1, 'x'] }] }, { a: 2 }), true);
  assert.equal(body({ a: [{ numeric: ['=', 5] }] }, { a: '5' }), false);
  assert.equal(body({ a: { b: [{ exists: false }] } }, { a: {} }), true);
  assert.equal(body({ a: { b: ['x'] }, 'a.b': ['y'] }, { a: { b: 'x' } }), false, 'both conditions of one path count');
  assert.equal(body({ a: ['x'] }, 'no json'), false);
  assert.equal(body({ a: ['x'] }, '"a"'), false);
  assert.equal(body({ a: ['x'] }, [{ a: 'x' }]), false);
  const records = { Records: { s3: { object: { key: [{ prefix: 'auto-' }] } }, eventName: [{ prefix: 'ObjectCreated:' }] } };
  const record = (eventName: string, key: string) => ({ eventName, s3: { object: { key } } });
  assert.equal(body(records, { Records: [record('ObjectCreated:Put', 'auto-1.xml')] }), true);
  assert.equal(body(records, { Records: [record('ObjectRemoved:Delete', 'auto-1.xml')] }), false);
  assert.equal(body({ a: ['x'] }, `{"a":${'['.repeat(100_000)}"x"${']'.repeat(100_000)}}`), true);
});

test('whatever the policy and the message, the answer is a refusal by name, yes, or no', () => {
  const rule = fc.oneof(
    fc.jsonValue(),
    fc.record({
      numeric: fc.array(fc.oneof(fc.constantFrom('=', '<', '>', '<=', '>='), fc.double(), fc.string()), { maxLength: 5 }),
    }),
    fc.record({ 'anything-but': fc.jsonValue() }),
    fc.record({
      cidr: fc.oneof(
        fc.string(),
        fc.ipV4().map((ip) => `${ip}/8`),
      ),
    }),
    fc.record({ exists: fc.boolean() }),
  );
  const key = fc.constantFrom('a', 'b', 'a.b', '$or', '__proto__', 'constructor');
  const rules = fc.array(rule, { maxLength: 3 });
  const of = (inner: fc.Arbitrary<unknown>) =>
    fc.dictionary(key, fc.oneof(rules, inner, fc.array(inner, { maxLength: 3 })), { maxKeys: 6 });
  const level = of(of(of(rules)));
  const property = fc.property(
    level,
    fc.json(),
    fc.constantFrom('MessageBody', 'MessageAttributes'),
    (policy, message, scope) => {
      try {
        const parsed = parseFilterPolicy(JSON.stringify(policy), scope as FilterPolicyScope);
        assert.equal(typeof passesBody(parsed, message), 'boolean');
        assert.equal(typeof passesAttributes(parsed, { a: { type: 'String.Array', value: message } }), 'boolean');
      } catch (error) {
        assert.ok(isFailure(error, 'InvalidParameterException'), String(error));
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});
