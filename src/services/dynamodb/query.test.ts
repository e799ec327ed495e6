import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type DynamoRoom, openDynamo, PARTITION, refused, SORT } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  const definition = (AttributeName: string, AttributeType: string) => ({ AttributeName, AttributeType });
  const G = { AttributeName: 'g', KeyType: 'HASH' };
  await dynamo.table('orders', {
    KeySchema: [PARTITION, SORT],
    AttributeDefinitions: [definition('pk', 'S'), definition('sk', 'N'), definition('l', 'S'), definition('g', 'S')],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-l',
        KeySchema: [PARTITION, { AttributeName: 'l', KeyType: 'RANGE' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-g', KeySchema: [G, SORT], Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] } },
      { IndexName: 'all-g', KeySchema: [G], Projection: { ProjectionType: 'ALL' } },
    ],
  });
  for (let i = -3; i <= 3; i++) {
    const sparse = i % 2 === 0 ? { g: { S: 'even' } } : {};
    const Item = {
      pk: { S: 'a' },
      sk: { N: `${i}` },
      l: { S: `l${Math.abs(i)}` },
      x: { N: `${i * i}` },
      y: { S: 'y' },
      ...sparse,
    };
    await dynamo.call('PutItem', { TableName: 'orders', Item });
  }
  await dynamo.call('PutItem', { TableName: 'orders', Item: { pk: { S: 'b' }, sk: { N: '0' }, g: { S: 'even' } } });
});
after(() => dynamo.close());

const query = (KeyConditionExpression: string, values: object, more: object = {}) =>
  dynamo.call('Query', { TableName: 'orders', KeyConditionExpression, ExpressionAttributeValues: values, ...more });
const A = { ':a': { S: 'a' } };
const sorts = (answer: Answer) => answer.Items.map(({ sk }: Answer) => Number(sk.N));

test('Query reads a partition in order of its sort key, both ways', async () => {
  assert.deepEqual(sorts(await query('pk = :a', A)), [-3, -2, -1, 0, 1, 2, 3]);
  assert.deepEqual(sorts(await query('pk = :a', A, { ScanIndexForward: false })), [3, 2, 1, 0, -1, -2, -3]);
  assert.deepEqual(await query('pk = :a', { ':a': { S: 'none' } }), { Items: [], Count: 0, ScannedCount: 0 });
});

const RANGES: readonly (readonly [string, readonly number[]])[] = [
  ['sk = :v', [1]],
  ['sk < :v', [-3, -2, -1, 0]],
  ['sk <= :v', [-3, -2, -1, 0, 1]],
  ['sk > :v', [2, 3]],
  ['sk >= :v', [1, 2, 3]],
  ['sk BETWEEN :w AND :v', [-1, 0, 1]],
];

for (const [condition, expected] of RANGES) {
  test(`Query by ${condition}, both ways`, async () => {
    const values = { ...A, ':v': { N: '1' }, ...(condition.includes(':w') ? { ':w': { N: '-1' } } : {}) };
    assert.deepEqual(sorts(await query(`pk = :a AND ${condition}`, values)), expected);
    const back = await query(`pk = :a AND ${condition}`, values, { ScanIndexForward: false });
    assert.deepEqual(sorts(back), expected.toReversed());
  });
}

for (const ScanIndexForward of [true, false]) {
  test(`pages end at Limit and go on, ${ScanIndexForward ? 'forwards' : 'backwards'}, in table and indexes`, async () => {
    const ways: readonly (readonly [string, object, object])[] = [
      ['pk = :a', A, {}],
      ['pk = :a AND sk BETWEEN :v AND :w', { ...A, ':v': { N: '-2' }, ':w': { N: '2' } }, {}],
      ['pk = :a', A, { IndexName: 'by-l' }],
      ['g = :g', { ':g': { S: 'even' } }, { IndexName: 'by-g' }],
      ['g = :g', { ':g': { S: 'even' } }, { IndexName: 'all-g' }],
    ];
    for (const [condition, values, more] of ways) {
      const whole = await query(condition, values, { ...more, ScanIndexForward });
      const pages: Answer[] = [];
      let ExclusiveStartKey: object | undefined;
      do {
        const page = await query(condition, values, { ...more, ScanIndexForward, Limit: 2, ExclusiveStartKey });
        pages.push(...page.Items);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      assert.deepEqual(pages, whole.Items);
    }
  });
}

test('a page that stops exactly at the end because of Limit has a last key', async () => {
  const page = await query('pk = :a', A, { Limit: 7 });
  assert.deepEqual(page.LastEvaluatedKey, { pk: { S: 'a' }, sk: { N: '3' } });
  const next = await query('pk = :a', A, { Limit: 7, ExclusiveStartKey: page.LastEvaluatedKey });
  assert.deepEqual(next, { Items: [], Count: 0, ScannedCount: 0 });
});

test('the filter comes after the limit', async () => {
  const filter = { FilterExpression: 'x > :f', Limit: 3 };
  const page = await query('pk = :a', { ...A, ':f': { N: '3' } }, filter);
  assert.deepEqual([page.Count, page.ScannedCount], [2, 3]);
  assert.ok(page.LastEvaluatedKey);
  const error = await refused(query('pk = :a', A, { FilterExpression: 'sk = :a' }), 'ValidationException');
  assert.equal(error.message, 'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk');
});

test('Select says what comes back', async () => {
  assert.deepEqual(await query('pk = :a', A, { Select: 'COUNT' }), { Count: 7, ScannedCount: 7 });
  const { Items } = await query('pk = :a', A, { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'x', Limit: 1 });
  assert.deepEqual(Items, [{ x: { N: '9' } }]);
  await refused(query('pk = :a', A, { Select: 'SPECIFIC_ATTRIBUTES' }), 'ValidationException');
  await refused(query('pk = :a', A, { Select: 'ALL_PROJECTED_ATTRIBUTES' }), 'ValidationException');
  await refused(query('pk = :a', A, { Select: 'COUNT', ProjectionExpression: 'x' }), 'ValidationException');
});

test('a local index reads from the table what it does not hold', async () => {
  const local = (more: object) => query('pk = :a AND l = :l', { ...A, ':l': { S: 'l0' } }, { IndexName: 'by-l', ...more });
  assert.deepEqual((await local({})).Items, [{ pk: { S: 'a' }, sk: { N: '0' }, l: { S: 'l0' } }]);
  const whole = await local({ Select: 'ALL_ATTRIBUTES', ReturnConsumedCapacity: 'INDEXES', ConsistentRead: true });
  assert.deepEqual(whole.Items[0].y, { S: 'y' });
  assert.deepEqual(whole.ConsumedCapacity.Table, { CapacityUnits: 1 });
  assert.deepEqual((await local({ ProjectionExpression: 'y' })).Items, [{ y: { S: 'y' } }]);
});

test('a global index has what it projects, sparse, and is never consistent', async () => {
  const global = (more: object) => query('g = :g', { ':g': { S: 'even' } }, { IndexName: 'by-g', ...more });
  const { Items } = await global({});
  assert.deepEqual(sorts({ Items }), [-2, 0, 0, 2]);
  assert.deepEqual(Items[0], { pk: { S: 'a' }, sk: { N: '-2' }, g: { S: 'even' }, x: { N: '4' } });
  const texts: readonly (readonly [object, string])[] = [
    [{ ConsistentRead: true }, 'Consistent reads are not supported on global secondary indexes'],
    [
      { Select: 'ALL_ATTRIBUTES' },
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-g because its projection type is not ALL',
    ],
    [
      { ProjectionExpression: 'y' },
      'One or more parameter values were invalid: Global secondary index by-g does not project [y]',
    ],
    [{ IndexName: 'other' }, 'The table does not have the specified index: other'],
  ];
  for (const [more, text] of texts) assert.equal((await refused(global(more), 'ValidationException')).message, text);
});

test('starting keys must fit', async () => {
  const from = (ExclusiveStartKey: object, condition = 'pk = :a', values: object = A) =>
    refused(query(condition, values, { ExclusiveStartKey }), 'ValidationException');
  assert.equal((await from({ pk: { S: 'a' } })).message, 'The provided starting key is invalid');
  assert.equal((await from({ pk: { S: 'a' }, sk: { S: '1' } })).message, 'The provided key element does not match the schema');
  assert.equal(
    (await from({ pk: { S: 'a' }, sk: {} })).message,
    'The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
  );
  const outside = 'The provided starting key is outside query boundaries based on provided conditions';
  assert.equal((await from({ pk: { S: 'b' }, sk: { N: '0' } })).message, outside);
  const bounded = await from({ pk: { S: 'a' }, sk: { N: '3' } }, 'pk = :a AND sk < :v', { ...A, ':v': { N: '1' } });
  assert.equal(bounded.message, 'The provided starting key does not match the range key predicate');
});

test('the old parameters do the same', async () => {
  const KeyConditions = {
    pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a' }] },
    sk: { ComparisonOperator: 'GT', AttributeValueList: [{ N: '1' }] },
  };
  const QueryFilter = { x: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '9' }] } };
  assert.deepEqual(sorts(await dynamo.call('Query', { TableName: 'orders', KeyConditions, QueryFilter })), [3]);
  const error = await refused(dynamo.call('Query', { TableName: 'orders' }), 'ValidationException');
  assert.equal(error.message, 'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
});

test('a page ends at 1 MB', async () => {
  for (let i = 0; i < 4; i++) {
    const Item = { pk: { S: 'large' }, sk: { N: `${i}` }, x: { S: 'x'.repeat(390_000) } };
    await dynamo.call('PutItem', { TableName: 'orders', Item });
  }
  const first = await query('pk = :a', { ':a': { S: 'large' } }, { ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(sorts(first), [0, 1, 2]);
  assert.deepEqual(first.LastEvaluatedKey, { pk: { S: 'large' }, sk: { N: '2' } });
  assert.equal(first.ConsumedCapacity.CapacityUnits, 143);
});

test('begins_with reads what begins so', async () => {
  const count = async (prefix: string) =>
    (await query('pk = :a AND begins_with(l, :p)', { ...A, ':p': { S: prefix } }, { IndexName: 'by-l' })).Count;
  assert.deepEqual([await count('l'), await count('l1'), await count('x')], [7, 2, 0]);
});
