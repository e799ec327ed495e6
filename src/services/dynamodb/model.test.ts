import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Answer, type DynamoRoom, openDynamo } from '../../../test/support/dynamodb-room.ts';

/** A whole table in memory: what every read must agree with. */
type Model = Map<string, { v: number; g?: string }>;

const KEYS = ['a', 'b', 'c', 'd'];
const GROUPS = ['x', 'y', undefined];
const FIRST = '100000000000000000001';

const step = fc.record({
  kind: fc.constantFrom('put', 'delete', 'add', 'move', 'batch', 'transact', 'conditional'),
  key: fc.constantFrom(...KEYS),
  other: fc.constantFrom(...KEYS),
  v: fc.integer({ min: 0, max: 2 }),
  g: fc.constantFrom(...GROUPS),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const itemOf = (key: string, v: number, g: string | undefined) => ({
  pk: { S: key },
  v: { N: `${v}` },
  ...(g === undefined ? {} : { g: { S: g } }),
});

/** Does a step on both sides; a failing condition fails on both. */
async function doStep(dynamo: DynamoRoom, table: string, model: Model, { kind, key, other, v, g }: Step): Promise<void> {
  const on = { TableName: table, Key: { pk: { S: key } } };
  const set = (name: string, value: number) => model.set(name, { v: value, ...(g === undefined ? {} : { g }) });
  const before = model.get(key);
  switch (kind) {
    case 'put':
      await dynamo.call('PutItem', { TableName: table, Item: itemOf(key, v, g) });
      set(key, v);
      return;
    case 'delete':
      await dynamo.call('DeleteItem', on);
      model.delete(key);
      return;
    case 'add':
      await dynamo.call('UpdateItem', {
        ...on,
        UpdateExpression: 'ADD v :v',
        ExpressionAttributeValues: { ':v': { N: `${v}` } },
      });
      model.set(key, { ...before, v: (before?.v ?? 0) + v });
      return;
    case 'move': {
      const UpdateExpression = g === undefined ? 'SET v = :v REMOVE g' : 'SET v = :v, g = :g';
      const values = { ':v': { N: `${v}` }, ...(g === undefined ? {} : { ':g': { S: g } }) };
      await dynamo.call('UpdateItem', { ...on, UpdateExpression, ExpressionAttributeValues: values });
      set(key, v);
      return;
    }
    case 'batch': {
      const writes: object[] = [{ PutRequest: { Item: itemOf(key, v, g) } }];
      if (other !== key) writes.push({ DeleteRequest: { Key: { pk: { S: other } } } });
      await dynamo.call('BatchWriteItem', { RequestItems: { [table]: writes } });
      if (other !== key) model.delete(other);
      set(key, v);
      return;
    }
    case 'transact': {
      if (other === key) return;
      const ConditionExpression = 'attribute_exists(pk)';
      const check = { ConditionCheck: { TableName: table, Key: { pk: { S: other } }, ConditionExpression } };
      const done = dynamo.call('TransactWriteItems', {
        TransactItems: [{ Put: { TableName: table, Item: itemOf(key, v, g) } }, check],
      });
      if (!model.has(other)) return assert.rejects(done, { code: 'TransactionCanceledException' });
      await done;
      set(key, v);
      return;
    }
    case 'conditional': {
      const condition = { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: `${v}` } } };
      const done = dynamo.call('DeleteItem', { ...on, ...condition });
      if (before?.v !== v) return assert.rejects(done, { code: 'ConditionalCheckFailedException' });
      await done;
      model.delete(key);
    }
  }
}

const plain = (item: Answer) => [item.pk.S, { v: Number(item.v.N), ...(item.g ? { g: item.g.S } : {}) }] as const;
const sorted = (items: Iterable<readonly [string, unknown]>) => [...items].sort(([a], [b]) => (a < b ? -1 : 1));

async function recordsOf(dynamo: DynamoRoom, StreamArn: string): Promise<readonly Answer[]> {
  const { StreamDescription } = await dynamo.streams('DescribeStream', { StreamArn });
  const { ShardId, SequenceNumberRange } = StreamDescription.Shards[0];
  assert.ok(SequenceNumberRange.StartingSequenceNumber >= FIRST);
  const iterator = await dynamo.streams('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  return (await dynamo.streams('GetRecords', iterator)).Records;
}

/** The table that a stream's records lead to; each must begin where the one before it ended. */
function replayed(records: readonly Answer[]): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const { eventName, dynamodb } of records) {
    const key = dynamodb.Keys.pk.S;
    const was = dynamodb.OldImage && plain(dynamodb.OldImage)[1];
    const is = dynamodb.NewImage && plain(dynamodb.NewImage)[1];
    assert.deepEqual(was, items.get(key));
    assert.notDeepEqual(was, is);
    assert.equal(eventName, was ? (is ? 'MODIFY' : 'REMOVE') : 'INSERT');
    if (is) items.set(key, is);
    else items.delete(key);
  }
  return items;
}

async function checkAgreement(dynamo: DynamoRoom, table: string, model: Model, StreamArn: string): Promise<void> {
  const expected = sorted(model);
  const { Items } = await dynamo.call('Scan', { TableName: table });
  assert.deepEqual(sorted(Items.map(plain)), expected);
  assert.deepEqual(sorted(replayed(await recordsOf(dynamo, StreamArn)) as Map<string, unknown>), expected);
  for (const g of ['x', 'y']) {
    const found = await dynamo.call('Query', {
      TableName: table,
      IndexName: 'by-g',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': { S: g } },
    });
    const inGroup = [...model].filter(([, item]) => item.g === g).sort(([a, x], [b, y]) => x.v - y.v || (a < b ? -1 : 1));
    const values = found.Items.map(plain);
    assert.deepEqual(sorted(values), sorted(inGroup));
    assert.deepEqual(
      values.map(([, { v }]: [string, { v: number }]) => v),
      inGroup.map(([, { v }]) => v),
    );
  }
}

test('table, index and stream agree with a model after any operations', async () => {
  const dynamo = await openDynamo();
  let tables = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const table = `model-${tables++}`;
        const made = await dynamo.table(table, {
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'g', AttributeType: 'S' },
            { AttributeName: 'v', AttributeType: 'N' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-g',
              KeySchema: [
                { AttributeName: 'g', KeyType: 'HASH' },
                { AttributeName: 'v', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        });
        const model: Model = new Map();
        for (const one of steps) await doStep(dynamo, table, model, one);
        await checkAgreement(dynamo, table, model, made.TableDescription.LatestStreamArn);
      }),
      { numRuns: 60 },
    );
  } finally {
    await dynamo.close();
  }
});
