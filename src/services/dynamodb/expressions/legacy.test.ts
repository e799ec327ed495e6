import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../kernel/index.ts';
import type { AttributeValue, Item } from '../values/item.ts';
import { holds } from './condition.ts';
import { keyRange } from './key-condition.ts';
import { bindRequest, type ExpressionOperation, type RequestInput } from './legacy.ts';
import { applyUpdate } from './update.ts';

function refusal(operation: ExpressionOperation, input: RequestInput): string {
  try {
    bindRequest(operation, input);
  } catch (error) {
    assert.ok(isFailure(error, 'ValidationException'), String(error));
    return error.message;
  }
  assert.fail('was not refused');
}

const [S, N]: AttributeValue[] = [{ S: 'banana' }, { N: '10' }];
const item: Item = { s: S!, n: N!, ss: { SS: ['p', 'q'] } };
const invalid = 'One or more parameter values were invalid: ';

test('both kinds do not go together, and placeholders go with expressions', () => {
  const mixed = (old: string, modern: string) =>
    `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old}} Expression parameters: {${modern}}`;
  const expected = { Expected: { a: { Exists: false } } };
  assert.equal(
    refusal('PutItem', { ...expected, ConditionExpression: 'attribute_not_exists(a)' }),
    mixed('Expected', 'ConditionExpression'),
  );
  assert.equal(
    refusal('UpdateItem', { ...expected, AttributeUpdates: {}, UpdateExpression: '', ConditionExpression: '' }),
    mixed('AttributeUpdates, Expected', 'UpdateExpression, ConditionExpression'),
  );
  const query = { AttributesToGet: ['a'], QueryFilter: {}, ConditionalOperator: 'OR', KeyConditions: {} };
  const expressions = { ProjectionExpression: '', FilterExpression: '', KeyConditionExpression: '' };
  assert.equal(
    refusal('Query', { ...query, ...expressions }),
    mixed(
      'AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions',
      'ProjectionExpression, FilterExpression, KeyConditionExpression',
    ),
  );
  const names = { ExpressionAttributeNames: { '#a': 'a' } };
  assert.equal(refusal('GetItem', names), 'ExpressionAttributeNames can only be specified when using expressions');
  const values = { ExpressionAttributeValues: { ':a': S! } };
  const only = 'ExpressionAttributeValues can only be specified when using expressions: ';
  assert.equal(refusal('PutItem', values), `${only}ConditionExpression is null`);
  assert.equal(refusal('UpdateItem', values), `${only}UpdateExpression and ConditionExpression are null`);
  assert.equal(refusal('Scan', { ...values, ProjectionExpression: 'a' }), `${only}FilterExpression is null`);
  assert.equal(
    refusal('Query', {}),
    'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
  );
});

test('Expected is a condition', () => {
  const meets = (Expected: RequestInput['Expected'], ConditionalOperator?: string, of: Item | undefined = item) =>
    holds(bindRequest('PutItem', { Expected, ConditionalOperator }).condition!, of);
  assert.ok(meets({ s: { Value: S } }) && meets({ n: { Value: { N: '1E1' }, Exists: true } }));
  assert.ok(meets({ gone: { Exists: false } }) && !meets({ s: { Exists: false } }));
  assert.ok(meets({ gone: { Exists: false } }, undefined, undefined));
  assert.ok(meets({ s: { ComparisonOperator: 'BEGINS_WITH', Value: { S: 'ban' } } }));
  assert.ok(meets({ s: { Value: S }, gone: { Value: S } }, 'OR') && !meets({ s: { Value: S }, gone: { Value: S } }));
  assert.equal(bindRequest('DeleteItem', { Expected: {} }).condition, undefined);
  const told = (entry: object, ConditionalOperator?: string) =>
    refusal('PutItem', { Expected: { a: entry }, ConditionalOperator }).replace(invalid, '');
  assert.equal(
    told({ Value: S, AttributeValueList: [S] }),
    'Value and AttributeValueList cannot be used together for Attribute: a',
  );
  assert.equal(
    told({ ComparisonOperator: 'EQ', Exists: true }),
    'Exists and ComparisonOperator cannot be used together for Attribute: a',
  );
  assert.equal(
    told({ ComparisonOperator: 'LT' }),
    'Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a',
  );
  assert.equal(
    told({ AttributeValueList: [S] }),
    'AttributeValueList can only be used with a ComparisonOperator for Attribute: a',
  );
  assert.equal(told({}), 'Value must be provided when Exists is null for Attribute: a');
  assert.equal(told({ Exists: true }), 'Value must be provided when Exists is true for Attribute: a');
  assert.equal(told({ Exists: false, Value: S }), 'Value cannot be used when Exists is false for Attribute: a');
  const two = 'ConditionalOperator can only be used when Filter or Expected has two or more elements';
  assert.equal(told({ Value: S }, 'AND'), two);
  assert.equal(
    refusal('PutItem', { ConditionalOperator: 'OR' }),
    'ConditionalOperator cannot be used without Filter or Expected',
  );
});

test('filters compare as their operators say', () => {
  const meets = (name: string, ComparisonOperator: string, ...AttributeValueList: AttributeValue[]) =>
    holds(bindRequest('Scan', { ScanFilter: { [name]: { ComparisonOperator, AttributeValueList } } }).filter!, item);
  const n = (text: string): AttributeValue => ({ N: text });
  assert.ok(meets('n', 'EQ', n('10.0')) && meets('n', 'NE', S!) && meets('n', 'LT', n('11')) && meets('n', 'LE', n('10')));
  assert.ok(meets('n', 'GT', n('9')) && meets('n', 'GE', n('10')) && !meets('n', 'GT', n('10')));
  assert.ok(meets('n', 'NOT_NULL') && meets('gone', 'NULL') && !meets('gone', 'NOT_NULL'));
  assert.ok(meets('s', 'CONTAINS', { S: 'nan' }) && meets('ss', 'CONTAINS', { S: 'q' }));
  assert.ok(meets('s', 'NOT_CONTAINS', { S: 'x' }) && !meets('ss', 'NOT_CONTAINS', { S: 'q' }));
  assert.ok(meets('n', 'IN', n('1'), n('10')) && meets('n', 'BETWEEN', n('9'), n('10')) && meets('ss', 'EQ', { SS: ['q', 'p'] }));
  const told = (ComparisonOperator: string, ...AttributeValueList: AttributeValue[]) =>
    refusal('Scan', { ScanFilter: { a: { ComparisonOperator, AttributeValueList } } }).replace(invalid, '');
  for (const [operator, values] of [
    ['EQ', []],
    ['NULL', [S]],
    ['BETWEEN', [S]],
    ['IN', []],
    ['LT', [S, S]],
  ] as [string, AttributeValue[]][]) {
    assert.equal(told(operator, ...values), `Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  assert.equal(told('IN', S!, N!), 'AttributeValues inside AttributeValueList must be of same type');
  assert.equal(told('BEGINS_WITH', N!), 'ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type');
  assert.equal(told('LE', { L: [] }), 'ComparisonOperator LE is not valid for L AttributeValue type');
  assert.equal(
    told('BETWEEN', n('10'), n('9')),
    'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
  );
});

test('KeyConditions are a key condition, beside a filter expression too', () => {
  const keys = [
    { name: 'pk', type: 'S', keyType: 'HASH' },
    { name: 'sk', type: 'N', keyType: 'RANGE' },
  ] as const;
  const pk = { ComparisonOperator: 'EQ', AttributeValueList: [S!] };
  const range = (KeyConditions: RequestInput['KeyConditions']) =>
    keyRange(bindRequest('Query', { KeyConditions, FilterExpression: 'a = b' }).keyCondition!, keys);
  assert.deepEqual(range({ pk, sk: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '1' }, { N: '2' }] } }), {
    partition: S,
    sort: { op: 'between', values: [{ N: '1' }, { N: '2' }] },
  });
  assert.throws(() => range({ pk, sk: { ComparisonOperator: 'NE', AttributeValueList: [N!] } }), {
    message: 'Attempted conditional constraint is not an indexable operation',
  });
  assert.throws(() => range({}), { message: 'Conditions can be of length 1 or 2 only' });
});

test('AttributesToGet is a projection', () => {
  assert.deepEqual(bindRequest('GetItem', { AttributesToGet: ['a.b', 'c'] }).projection, [['a.b'], ['c']]);
  assert.equal(refusal('GetItem', { AttributesToGet: ['a', 'b', 'a'] }), `${invalid}Duplicate value in attribute name: a`);
});

test('AttributeUpdates are an update', () => {
  const updated = (AttributeUpdates: RequestInput['AttributeUpdates']) =>
    applyUpdate(bindRequest('UpdateItem', { AttributeUpdates }).update!, item).item;
  assert.deepEqual(updated({ s: { Action: 'DELETE' }, new: { Value: { N: '1.0' } } }), { n: N, ss: item.ss!, new: { N: '1' } });
  assert.deepEqual(updated({ n: { Action: 'ADD', Value: { N: '5' } } }).n, { N: '15' });
  assert.deepEqual(updated({ l: { Action: 'ADD', Value: { L: [S!] } } }).l, { L: [S] });
  assert.deepEqual(updated({ ss: { Action: 'DELETE', Value: { SS: ['p'] } } }).ss, { SS: ['q'] });
  assert.throws(() => updated({ s: { Action: 'ADD', Value: { N: '1' } } }), { message: 'Type mismatch for attribute to update' });
  const told = (update: object) => refusal('UpdateItem', { AttributeUpdates: { a: update } }).replace(invalid, '');
  assert.equal(told({ Action: 'ADD' }), 'Only DELETE action is allowed when no attribute value is specified');
  assert.equal(told({ Action: 'DELETE', Value: N }), 'DELETE action with value is not supported for the type N');
  assert.equal(told({ Action: 'ADD', Value: S }), 'ADD action is not supported for the type S');
  assert.equal(told({ Value: { N: 'x' } }), 'The parameter cannot be converted to a numeric value: x');
});
