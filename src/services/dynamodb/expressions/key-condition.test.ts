import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../kernel/index.ts';
import type { AttributeValue, Item } from '../values/item.ts';
import type { KeyElement } from '../values/keys.ts';
import { bindExpressions } from './bind.ts';
import { checkFilterKeys, checkScalarKeys, keyRange } from './key-condition.ts';

const schema: KeyElement[] = [
  { name: 'pk', type: 'S', keyType: 'HASH' },
  { name: 'sk', type: 'N', keyType: 'RANGE' },
];
const [S, N]: AttributeValue[] = [{ S: 'x' }, { N: '1' }];
const given = { ':s': S!, ':n': N!, ':m': { N: '2' }, ':e': { S: '' }, ':o': { BOOL: true } };

function range(KeyConditionExpression: string, keys = schema) {
  const used = Object.entries(given).filter(([name]) => new RegExp(`${name}\\b`).test(KeyConditionExpression));
  const ExpressionAttributeValues = used.length > 0 ? (Object.fromEntries(used) as Item) : undefined;
  return keyRange(bindExpressions({ KeyConditionExpression, ExpressionAttributeValues }).keyCondition!, keys);
}

function refusal(text: string, keys = schema): string {
  try {
    range(text, keys);
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return error.message;
  }
  assert.fail('was not refused');
}

test('a key condition becomes a partition and a stretch of it', () => {
  assert.deepEqual(range('pk = :s'), { partition: S });
  assert.deepEqual(range(':s = pk AND (sk = :n)'), { partition: S, sort: { op: '=', values: [N] } });
  for (const [text, op] of [
    ['sk < :n', '<'],
    ['sk <= :n', '<='],
    [':n > sk', '<'],
    [':n >= sk', '<='],
    [':n < sk', '>'],
    [':n <= sk', '>='],
  ] as const) {
    assert.deepEqual(range(`${text} AND pk = :s`), { partition: S, sort: { op, values: [N] } });
  }
  assert.deepEqual(range('pk = :s AND sk BETWEEN :n AND :m').sort, { op: 'between', values: [N, { N: '2' }] });
  const texts = [schema[0]!, { ...schema[1]!, type: 'S' as const }];
  assert.deepEqual(range('pk = :s AND begins_with(sk, :s)', texts).sort, { op: 'begins_with', values: [S] });
});

test('what no key condition may have is refused to the word', () => {
  for (const [text, operator] of [
    ['a > b and size(b) > c or a > c', 'OR'],
    ['a in (b, size(c), d)', 'IN'],
    ['attribute_exists(a)', 'attribute_exists'],
    ['attribute_not_exists(a)', 'attribute_not_exists'],
    ['contains(a.d, b)', 'contains'],
    ['not a > b', 'NOT'],
    ['a <> b', '<>'],
  ] as const) {
    assert.equal(refusal(text), `Invalid operator used in KeyConditionExpression: ${operator}`);
  }
  const within = 'Invalid condition in KeyConditionExpression: ';
  assert.equal(
    refusal(':s between size(b) and size(a) and b > :n'),
    `${within}BETWEEN operator must have the key attribute as its first operand`,
  );
  assert.equal(refusal('begins_with(:s, b)'), `${within}begins_with operator must have the key attribute as its first operand`);
  for (const text of ['size(b) > a AND a.b > b', 'a between size(b) and size(c)', 'a > size(b.d)']) {
    assert.match(refusal(text), /^KeyConditionExpressions cannot contain nested operations$/);
  }
  for (const text of ['b > a.b', 'b between c[1] and d', 'begins_with(a, b)']) {
    assert.equal(refusal(text), `${within}Multiple attribute names used in one condition`);
  }
  for (const text of ['b.d > a AND c.d > e.f', 'b[0] > :n']) {
    assert.equal(refusal(text), 'KeyConditionExpressions cannot have conditions on nested attributes');
  }
  assert.equal(refusal(':s > :n AND a < :n'), `${within}No key attribute specified`);
  assert.equal(refusal('(pk > :s and sk > :n) and (sk > :n)'), 'KeyConditionExpressions must only contain one condition per key');
});

test('what does not fit the key schema is refused to the word', () => {
  assert.equal(refusal('sk = :n'), 'Query condition missed key schema element: pk');
  assert.equal(refusal('extra = :s'), 'Query condition missed key schema element: pk');
  assert.equal(refusal('pk = :s AND extra = :n'), 'Query condition missed key schema element: sk');
  assert.equal(refusal('pk = :s AND sk = :n', schema.slice(0, 1)), 'Query key condition not supported');
  assert.equal(refusal('pk > :s'), 'Query key condition not supported');
  assert.equal(refusal('pk = :s AND sk = :n AND extra = :n'), 'Conditions can be of length 1 or 2 only');
  const type = 'One or more parameter values were invalid: Condition parameter type does not match schema type';
  assert.equal(refusal('pk = :n'), type);
  assert.equal(refusal('pk = :s AND sk = :o'), type);
  assert.equal(
    refusal('pk = :e'),
    'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
  );
});

test('filters name no key, paths look into none', () => {
  const filter = (FilterExpression: string) => bindExpressions({ FilterExpression }).filter!;
  const code = 'ValidationException';
  for (const text of [
    'a = b AND NOT size(sk) > c',
    'a IN (b, sk)',
    'a BETWEEN b AND sk',
    'contains(a, sk)',
    'attribute_exists(sk)',
  ]) {
    const message = 'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk';
    assert.throws(() => checkFilterKeys(filter(text), schema), { code, message });
  }
  checkFilterKeys(filter('a.sk = b OR c[1] = pks'), schema);
  const scalars = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ";
  assert.throws(() => checkScalarKeys([['a'], ['sk', 0]], ['pk', 'sk'], ['x']), { code, message: `${scalars}Key: sk` });
  assert.throws(() => checkScalarKeys([['x', 'y']], ['pk', 'sk'], ['x']), { code, message: `${scalars}IndexKey: x` });
  checkScalarKeys([['pk'], ['y', 'x']], ['pk', 'sk'], ['x']);
});
