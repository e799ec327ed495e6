import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('items', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'g', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-g', KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  });
  for (let i = 0; i < 40; i++) {
    const sparse = i < 10 ? { g: { N: `${i}` } } : {};
    await dynamo.call('PutItem', { TableName: 'items', Item: { pk: { S: `item ${i}` }, x: { N: `${i}` }, ...sparse } });
  }
});
after(() => dynamo.close());

const scan = (more: object = {}) => dynamo.call('Scan', { TableName: 'items', ...more });

async function pages(more: object): Promise<Answer[]> {
  const items: Answer[] = [];
  let ExclusiveStartKey: object | undefined;
  do {
    const page = await scan({ ...more, ExclusiveStartKey });
    items.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

const names = (items: readonly Answer[]) => items.map(({ pk }) => pk.S).sort();

test('Scan reads everything, page by page', async () => {
  const whole = await scan();
  assert.deepEqual([whole.Count, whole.ScannedCount, whole.LastEvaluatedKey], [40, 40, undefined]);
  assert.deepEqual(await pages({ Limit: 7 }), whole.Items);
  assert.equal((await pages({ IndexName: 'by-g', Limit: 3 })).length, 10);
});

test('segments are disjoint and together the whole', async () => {
  const whole = names((await scan()).Items);
  for (const TotalSegments of [1, 3, 1_000_000]) {
    const segments = TotalSegments > 10 ? [0, TotalSegments - 1] : Array.from({ length: TotalSegments }, (_, i) => i);
    const parts = await Promise.all(segments.map((Segment) => pages({ Segment, TotalSegments, Limit: 5 })));
    if (TotalSegments <= 10) assert.deepEqual(names(parts.flat()), whole);
    if (TotalSegments === 3) assert.ok(parts.every((part) => part.length > 0));
  }
});

test('the filter comes after reading', async () => {
  const found = await scan({ FilterExpression: 'x < :v', ExpressionAttributeValues: { ':v': { N: '3' } } });
  assert.deepEqual([found.Count, found.ScannedCount], [3, 40]);
  const old = await scan({ ScanFilter: { x: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '3' }] } } });
  assert.equal(old.Count, 3);
  assert.deepEqual(await scan({ Select: 'COUNT' }), { Count: 40, ScannedCount: 40 });
});

test('segments and starting keys must fit', async () => {
  const text = async (more: object) => (await refused(scan(more), 'ValidationException')).message;
  assert.match(await text({ Segment: 1 }), /^The TotalSegments parameter is required/);
  assert.match(await text({ TotalSegments: 1 }), /^The Segment parameter is required/);
  assert.equal(
    await text({ Segment: 2, TotalSegments: 2 }),
    'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2',
  );
  assert.equal(
    await text({ ExclusiveStartKey: { x: { S: 'a' } } }),
    'The provided starting key is invalid: The provided key element does not match the schema',
  );
  const { LastEvaluatedKey } = await scan({ Segment: 0, TotalSegments: 2, Limit: 1 });
  assert.match(
    await text({ Segment: 1, TotalSegments: 2, ExclusiveStartKey: LastEvaluatedKey }),
    /Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 1$/,
  );
  await refused(scan({ IndexName: 'by-g', ConsistentRead: true }), 'ValidationException');
});
