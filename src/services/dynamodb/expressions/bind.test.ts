import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../kernel/index.ts';
import type { AttributeValue, Item } from '../values/item.ts';
import { bindExpressions, type ExpressionInput } from './bind.ts';

function refusal(input: ExpressionInput): string | undefined {
  try {
    bindExpressions(input);
    return undefined;
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return error.message;
  }
}

/** Every placeholder that an expression of the tests uses. */
const names = (text: string) => Object.fromEntries((text.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]));
const values = (text: string, value: AttributeValue): Item =>
  Object.fromEntries((text.match(/:\w+/g) ?? []).map((name) => [name, value]));

/** The error of a filter in which every placeholder is defined; values are the text x. */
function filterError(text: string, value: AttributeValue = { S: 'x' }): string | undefined {
  const [ExpressionAttributeNames, ExpressionAttributeValues] = [names(text), values(text, value)];
  return refusal({
    FilterExpression: text,
    ...(Object.keys(ExpressionAttributeNames).length > 0 ? { ExpressionAttributeNames } : {}),
    ...(Object.keys(ExpressionAttributeValues).length > 0 ? { ExpressionAttributeValues } : {}),
  })?.replace('Invalid FilterExpression: ', '');
}

test('syntax errors name the token, and what stands around it', () => {
  const errors: [string, string, string][] = [
    ['things are not gonna be ok', 'are', 'things are not'],
    ['a > 4', '4', '> 4'],
    ['a-b', '-', 'a-b'],
    ['a', '<EOF>', 'a'],
    ['NOT (a)', '<EOF>', ')'],
    ['a > ', '<EOF>', '> '],
    ['  1abc = :v', '1', '  1abc'],
    ['n == :v', '=', '== :v'],
    ['n != :v', '!', 'n !='],
    ['n\f= :v', '\f', 'n\f='],
    ['aé = :v', 'é', 'aé ='],
    ['n IN ()', ')', '()'],
    ['n = :v = ((n = :v))', '=', ':v = ('],
    ['attribute_exists(', '<EOF>', '('],
    ['attribute_exists()', ')', '()'],
    ['attribute_exists(Pictures-RearView)', '-', 'Pictures-RearView'],
    ['attribute_exists("Pictures.RearView")', '"', '("Pictures'],
    ['attribute_exists(Pictures..RearView)', '.', '..RearView'],
    ['attribute_exists(Pi#ctures)', '#ctures', 'Pi#ctures)'],
    ['attribute_exists(asdf[a])', 'a', '[a]'],
    ['a in b', 'b', 'in b'],
    ['a in (b,c,)', ')', ',)'],
    ['a > between', 'between', '> between'],
    ['#$.b > a', '#', '#$'],
    ['ü > a', 'ü', 'ü >'],
    ['_a > b', '_', '_a'],
    ['a > :v.b', '.', ':v.b'],
    ['b[:a] > a', ':a', '[:a]'],
    ['b[01] > a', '1', '01]'],
    ['b[4.5] > a', '.', '4.5'],
    ['size(a).b > a', '.', ').b'],
    ['(a = b) = c', '=', ') = c'],
    ['(a) AND b = c', 'AND', ') AND b'],
    ['a = b AND', '<EOF>', 'AND'],
    ['a = b OR c', '<EOF>', 'c'],
    ['a = b c', 'c', 'b c'],
    ['(a = b', '<EOF>', 'b'],
    ['set = b', 'set', 'set ='],
    ['a = b)', ')', 'b)'],
  ];
  for (const [text, token, near] of errors) {
    assert.equal(filterError(text), `Syntax error; token: "${token}", near: "${near}"`, text);
  }
});

test('an expression is neither empty nor long nor full of parentheses nor of operators', () => {
  const { length } = 'a = :v';
  assert.equal(filterError(''), 'The expression can not be empty;');
  assert.equal(filterError(' \n'), 'The expression can not be empty;');
  assert.equal(filterError(`a = :v${' '.repeat(4096 - length)}`), undefined);
  const long = filterError(`a = :v${' '.repeat(4097 - length)}`);
  assert.equal(long, 'Expression size has exceeded the maximum allowed size; expression size: 4097');
  for (const text of [
    '((a = b))',
    'a = ((b))',
    '((a)) = b',
    'a = b AND ((c = d OR e = f))',
    'size((a)) > ((b))',
    '((a = b)) c',
  ]) {
    assert.equal(filterError(text), 'The expression has redundant parentheses;', text);
  }
  for (const text of ['(a = b)', '((a = b) AND c = d)', '(a) = (b)', '((a) = b)', 'NOT (NOT (a = b))', '(a = b AND (c = d))']) {
    assert.equal(filterError(text), undefined, text);
  }
  const many = (comparisons: number) => Array.from({ length: comparisons }, (_, at) => `a${at} = :v`).join(' OR ');
  assert.equal(filterError(many(150)), undefined);
  for (const comparisons of [151, 300]) {
    assert.equal(filterError(many(comparisons)), 'The expression contains too many operators; operator count: 301');
  }
  assert.equal(filterError(`a < ${'f('.repeat(1355)}b${')'.repeat(1355)}`), 'Invalid function name; function: f');
  assert.match(filterError('('.repeat(4096)) ?? '', /^Syntax error; token: "\(", near: "\(\(\("$/);
  assert.match(filterError(`${'NOT '.repeat(1000)}a = b`) ?? '', /too many operators/);
});

test('functions are known, in their places, and have their operands', () => {
  assert.equal(filterError('a = b AND whatever((:things)) > a'), 'Invalid function name; function: whatever');
  assert.equal(filterError('attRIbute_exIsts((views), #a)'), 'Invalid function name; function: attRIbute_exIsts');
  const other = 'The function is not allowed in a condition expression; function: list_append';
  assert.equal(filterError('list_append(a, :b) = c'), other);
  const misused: [string, string][] = [
    ['attribute_not_exists(things) > b', 'attribute_not_exists'],
    ['a = b and attribute_exists((views), (#a)) > b', 'attribute_exists'],
    ['size(contains(a, b)) > a', 'contains'],
    ['size(things)', 'size'],
    ['NOT size(a)', 'size'],
    ['a between b and attribute_exists(things)', 'attribute_exists'],
    ['a in (b, attribute_exists(things))', 'attribute_exists'],
  ];
  for (const [text, name] of misused) {
    const message = `The function is not allowed to be used this way in an expression; function: ${name}`;
    assert.equal(filterError(text), message, text);
  }
  const counted: [string, string, number][] = [
    ['attribute_exists(things, a) and a = a', 'attribute_exists', 2],
    ['attribute_type(things)', 'attribute_type', 1],
    ['begins_with(things, size(a), b)', 'begins_with', 3],
    ['contains(things)', 'contains', 1],
    ['size(things, a) > b', 'size', 2],
  ];
  for (const [text, name, number] of counted) {
    const message = `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${number}`;
    assert.equal(filterError(text), message, text);
  }
});

test('reserved words need a placeholder, in any case; list indexes have a range, paths and IN a length', () => {
  for (const word of ['abOrT', 'views', 'Status', 'name', 'size', 'ttl', 'zone']) {
    const message = `Attribute name is a reserved keyword; reserved keyword: ${word}`;
    assert.equal(filterError(`${word} = :v`), message);
    assert.equal(filterError(`a.${word} = :v`), message);
    assert.equal(filterError(`#${word} = :v`), undefined);
  }
  assert.equal(filterError('a[2147483647] = :v'), undefined);
  assert.equal(filterError('a[2147483648] = :v'), 'List index is not within the allowable range; index: [2147483648]');
  assert.equal(filterError(`a${'.b'.repeat(31)} = :v`), undefined);
  const deep = 'The document path has too many nesting levels; nesting levels: 33';
  assert.equal(filterError(`a${'.b'.repeat(32)} = :v`), deep);
  const inList = (operands: number) => `a IN (${Array.from({ length: operands }, (_, at) => `:v${at}`).join(', ')})`;
  assert.equal(filterError(inList(100)), undefined);
  assert.equal(filterError(inList(101)), 'The IN operator is provided with too many operands; number of operands: 101');
});

test('operands have types that their operators take', () => {
  const typed: [string, string, AttributeValue][] = [
    ['begins_with(a, :a)', 'begins_with', { N: '1' }],
    ['begins_with(:a, a)', 'begins_with', { L: [] }],
    ['size(size(a)) > :a', 'size', { N: '1' }],
    ['attribute_not_exists(size(:a))', 'size', { N: '1' }],
    [`a < ${'size('.repeat(680)}b${')'.repeat(680)} OR a = :a`, 'size', { N: '1' }],
    ['size(:a) > a', 'size', { BOOL: true }],
    ['a < :a', '<', { M: {} }],
    [':a >= a', '>=', { NULL: true }],
    ['a BETWEEN :a AND b', 'BETWEEN', { SS: ['x'] }],
    ['attribute_type(a, :a)', 'attribute_type', { B: new Uint8Array() }],
  ];
  for (const [text, operator, value] of typed) {
    const [type] = Object.keys(value);
    const message = `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;
    assert.equal(filterError(text, value), message, text);
  }
  assert.equal(
    filterError('attribute_type(a, b)'),
    'Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}',
  );
  assert.equal(
    filterError('attribute_type(a, :a)', { S: '1' }),
    'Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
  );
  for (const [text, name] of [
    ['attribute_exists(:a) and a = b', 'attribute_exists'],
    ['attribute_not_exists(size(:a))', 'attribute_not_exists'],
  ] as const) {
    const message = `Operator or function requires a document path; operator or function: ${name}`;
    assert.equal(filterError(text, { S: 'S' }), message);
  }
  assert.equal(filterError('attribute_type(:a, :a)', { S: 'S' }), undefined);
  for (const value of [{ S: 'a' }, { BOOL: true }, { M: {} }, { NS: ['1'] }])
    assert.equal(filterError('a = :a', value), undefined);
});

test('operands are distinct, bounds in order', () => {
  const same: [string, string, string][] = [
    ['a = a AND #b = b AND :views > a', '=', '[a]'],
    ['#a <> a', '<>', '[a]'],
    ['((a = a) OR (a = a))', '=', '[a]'],
    ['contains(ab.bc[1].a, ab.bc[1].#a)', 'contains', '[ab, bc, [1], a]'],
    ['a IN (b, a)', 'IN', '[a]'],
  ];
  for (const [text, operator, path] of same) {
    const message = `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${path}`;
    assert.equal(filterError(text), message, text);
  }
  assert.equal(filterError(':a > :a'), undefined);
  const between = (a: AttributeValue, b: AttributeValue) =>
    refusal({ KeyConditionExpression: 'a between :b and :a', ExpressionAttributeValues: { ':a': a, ':b': b } });
  assert.equal(
    between({ S: 'a' }, { N: '1' }),
    'Invalid KeyConditionExpression: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}',
  );
  assert.equal(
    between({ S: 'a' }, { S: 'b' }),
    'Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}',
  );
});

test('placeholders are defined, used, and well written', () => {
  const [v, n] = [{ ExpressionAttributeValues: { ':v': { S: 'x' } } }, { ExpressionAttributeNames: { '#n': 'n' } }];
  const undefinedName = 'An expression attribute name used in the document path is not defined; attribute name: #missing';
  const undefinedValue = 'An expression attribute value used in expression is not defined; attribute value: :missing';
  assert.equal(refusal({ FilterExpression: '#missing = :v', ...v }), `Invalid FilterExpression: ${undefinedName}`);
  assert.equal(refusal({ ConditionExpression: 'a = :missing' }), `Invalid ConditionExpression: ${undefinedValue}`);
  assert.equal(refusal({ UpdateExpression: 'SET a = :missing' }), `Invalid UpdateExpression: ${undefinedValue}`);
  assert.equal(refusal({ UpdateExpression: 'REMOVE #missing' }), `Invalid UpdateExpression: ${undefinedName}`);
  assert.equal(refusal({ ProjectionExpression: 'a.#missing' }), `Invalid ProjectionExpression: ${undefinedName}`);
  assert.equal(refusal({ FilterExpression: 'a = :constructor' })?.endsWith('attribute value: :constructor'), true);
  assert.equal(
    refusal({ FilterExpression: 'a = :v', ...v, ...n }),
    'Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}',
  );
  assert.equal(
    refusal({ FilterExpression: '#n = b', ...n, ExpressionAttributeValues: { ':v': { S: 'x' }, ':w': { S: 'y' } } }),
    'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v, :w}',
  );
  const filter = { FilterExpression: 'a = b' };
  const refusals: [ExpressionInput, string][] = [
    [{ ExpressionAttributeNames: {} }, 'ExpressionAttributeNames must not be empty'],
    [{ ExpressionAttributeValues: {} }, 'ExpressionAttributeValues must not be empty'],
    [{ ExpressionAttributeNames: { n: 'n' } }, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"'],
    [
      { ExpressionAttributeValues: { '#v': { S: '' } } },
      'ExpressionAttributeValues contains invalid key: Syntax error; key: "#v"',
    ],
    [
      { ExpressionAttributeNames: { '#n': '' } },
      'ExpressionAttributeNames contains invalid value: Empty attribute name for key #n',
    ],
    [
      { ExpressionAttributeValues: { ':v': { N: 'x' } } },
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :v',
    ],
    [
      { ExpressionAttributeValues: { ':v': {} as AttributeValue } },
      'ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :v',
    ],
    [
      { ExpressionAttributeNames: { [`#${'n'.repeat(255)}`]: 'n' } },
      'ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; size of key: 256',
    ],
    [{ ExpressionAttributeValues: { ':v': { S: 'x'.repeat(2 ** 21) } } }, 'ExpressionAttributeValues exceeds max size'],
  ];
  for (const [input, message] of refusals) assert.equal(refusal({ ...filter, ...input }), message);
});

test('the expressions of a request are told of in AWS’s order', () => {
  const all = { ConditionExpression: '', FilterExpression: '', KeyConditionExpression: '', ProjectionExpression: '' };
  const empty = (kind: string) => `Invalid ${kind}Expression: The expression can not be empty;`;
  assert.equal(refusal({ ...all, UpdateExpression: '' }), empty('Update'));
  assert.equal(refusal(all), empty('Condition'));
  assert.equal(refusal({ ...all, ConditionExpression: undefined }), empty('KeyCondition'));
  assert.equal(refusal({ FilterExpression: '', ProjectionExpression: '' }), empty('Filter'));
  assert.equal(refusal({ ProjectionExpression: '' }), empty('Projection'));
});

test('paths of a projection lie apart', () => {
  const projected = (text: string) =>
    refusal({ ProjectionExpression: text, ExpressionAttributeNames: { '#b': 'b', '#c': '[3]' } });
  const clash = (how: string, one: string, two: string) =>
    `Invalid ProjectionExpression: Two document paths ${how} with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`;
  assert.equal(projected('b.#c, #b'), clash('overlap', '[b, [3]]', '[b]'));
  assert.equal(projected('a, a[3].#b, #c'), clash('overlap', '[a]', '[a, [3], b]'));
  assert.equal(projected('a.#c, a[3], #b'), clash('conflict', '[a, [3]]', '[a, [3]]'));
  assert.equal(projected('#b, #c, a.b, a.c, d[0], d[1]'), undefined);
});

test('what was read once is read the same again', () => {
  for (let at = 0; at < 1200; at++) bindExpressions({ ProjectionExpression: `a${at}` });
  assert.deepEqual(bindExpressions({ ProjectionExpression: 'a1.b[2]' }).projection, [['a1', 'b', 2]]);
  assert.deepEqual(bindExpressions({ ProjectionExpression: 'a1.b[2]' }).projection, [['a1', 'b', 2]]);
});
