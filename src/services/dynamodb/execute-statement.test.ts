import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type Answer,
  contextOf,
  type DynamoRoom,
  openDynamo,
  PARTITION,
  refused,
  rootOf,
  SORT,
} from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
  await dynamo.table('music', {
    KeySchema: [PARTITION, SORT],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'g', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-g', KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
    ],
  });
  for (let i = 0; i < 6; i++)
    await run(
      `INSERT INTO "music" VALUE {'pk': ?, 'sk': ?, 'g': 'x', 'tags': <<'a', 'b'>>}`,
      { S: i < 4 ? 'one' : 'two' },
      { N: `${i}` },
    );
});
after(() => dynamo.close());

const run = (Statement: string, ...Parameters: object[]) =>
  dynamo.call('ExecuteStatement', { Statement, ...(Parameters.length > 0 ? { Parameters } : {}) });
const sorts = ({ Items }: Answer) => Items.map(({ sk }: Answer) => Number(sk.N));

const SELECTS: readonly (readonly [string, readonly number[]])[] = [
  ["SELECT * FROM music WHERE pk = 'one'", [0, 1, 2, 3]],
  ["SELECT * FROM music WHERE pk = 'one' ORDER BY sk DESC", [3, 2, 1, 0]],
  ['select * from "music" where pk = \'one\' and sk between 1 and 2', [1, 2]],
  ["SELECT * FROM music WHERE 'one' = pk AND 2 < sk", [3]],
  ["SELECT * FROM music WHERE pk IN ['two', 'three'] AND NOT sk = 4", [5]],
  ['SELECT sk FROM "music"."by-g" WHERE g = \'x\' AND (sk <= 0 OR sk >= 5)', [0, 5]],
  [
    "SELECT * FROM music WHERE pk = 'one' AND contains(\"tags\", 'a') AND missing_one IS MISSING AND size(tags) = 2 AND sk != 1",
    [0, 2, 3],
  ],
  ["SELECT * FROM music WHERE begins_with(pk, 'tw') AND g IS NOT MISSING AND g IS NOT NULL", [4, 5]],
  ["SELECT * FROM music WHERE pk = 'one' AND attribute_type(g, 'N')", []],
];

for (const [statement, expected] of SELECTS) {
  test(statement, async () => {
    const found = sorts(await run(statement));
    assert.deepEqual(statement.includes('ORDER') ? found : found.toSorted((a: number, b: number) => a - b), expected);
  });
}

test('pages go on with NextToken', async () => {
  const Statement = "SELECT sk FROM music WHERE pk = 'one'";
  const first = await dynamo.call('ExecuteStatement', { Statement, Limit: 3, ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(first.Items, [{ sk: { N: '0' } }, { sk: { N: '1' } }, { sk: { N: '2' } }]);
  assert.equal(first.ConsumedCapacity.CapacityUnits, 0.5);
  const second = await dynamo.call('ExecuteStatement', { Statement, NextToken: first.NextToken });
  assert.deepEqual([sorts(second), second.NextToken], [[3], undefined]);
  await refused(dynamo.call('ExecuteStatement', { Statement, NextToken: 'nonsense' }), 'ValidationException');
});

test('INSERT, UPDATE and DELETE change one item', async () => {
  const duplicate = await refused(run("INSERT INTO music VALUE {'pk': 'one', 'sk': 1}"), 'DuplicateItemException');
  assert.equal(duplicate.message, 'Duplicate primary key exists in table');
  const updated = await run(
    "UPDATE music SET n = 1, m = {'l': [1, TRUE, NULL, -2.50]} SET tags = set_add(tags, <<'c'>>) REMOVE g WHERE pk = 'one' AND sk = 0 RETURNING ALL NEW *",
  );
  assert.deepEqual(updated.Items, [
    {
      pk: { S: 'one' },
      sk: { N: '0' },
      n: { N: '1' },
      m: { M: { l: { L: [{ N: '1' }, { BOOL: true }, { NULL: true }, { N: '-2.5' }] } } },
      tags: { SS: ['a', 'b', 'c'] },
    },
  ]);
  const counted = await run(
    "UPDATE music SET n = n + ?, m.l = list_append(m.l, ['x']), o = if_not_exists(o, 'it''s') WHERE pk = 'one' AND sk = 0 RETURNING MODIFIED NEW *",
    { N: '4' },
  );
  assert.deepEqual([counted.Items[0].n, counted.Items[0].o], [{ N: '5' }, { S: "it's" }]);
  const failing = run("UPDATE music SET n = 2 WHERE pk = 'one' AND sk = 0 AND n = 1");
  await refused(failing, 'ConditionalCheckFailedException');
  await refused(run("UPDATE music SET n = 2 WHERE pk = 'none' AND sk = 0"), 'ConditionalCheckFailedException');
  await refused(run("DELETE FROM music WHERE pk = 'one' AND sk = 0 AND n = 1"), 'ConditionalCheckFailedException');
  const removed = await run("DELETE FROM music WHERE pk = 'one' AND sk = 0 RETURNING ALL OLD *");
  assert.deepEqual(removed.Items[0].n, { N: '5' });
  assert.deepEqual(await run("DELETE FROM music WHERE pk = 'one' AND sk = 0"), { Items: [] });
});

const INVALID: readonly (readonly [string, RegExp])[] = [
  ['SELEC * FROM music', /^Statement wasn't well formed, can't be processed: Unexpected SELEC$/],
  ["SELECT * FROM music WHERE pk = 'a", /Unexpected character at position 32: '$/],
  ['SELECT * FROM music WHERE pk = ?', /Number of parameters in request and statement don't match\./],
  ['SELECT * FROM music LIMIT 5', /Unexpected LIMIT$/],
  ['SELECT * FROM music ORDER BY sk', /^Must have WHERE clause in the statement when using ORDER BY clause\.$/],
  ["UPDATE music SET n = 1 WHERE pk = 'a'", /^Where clause does not contain a mandatory equality on all key attributes$/],
  ["UPDATE music SET sk = 1 WHERE pk = 'a' AND sk = 1", /Cannot update attribute sk\. This attribute is part of the key$/],
  ["INSERT INTO music VALUE {'pk': 'a'}", /Missing the key sk in the item$/],
  ['INSERT INTO music VALUE [1]', /must be a map$/],
  ["SELECT * FROM music WHERE pk = <<1, 'a'>>", /A set has texts, numbers or binaries/],
  ["EXISTS(SELECT * FROM music WHERE pk = 'a' AND sk = 1)", /EXISTS/],
  [`SELECT * FROM music WHERE ${'('.repeat(200)}`, /nested too deeply$/],
];

for (const [statement, text] of INVALID) {
  test(`refuses ${statement.slice(0, 60)}`, async () => {
    assert.match((await refused(run(statement), 'ValidationException')).message, text);
  });
}

test('statements ask for actions of their own', async () => {
  const principal = { ...rootOf('000000000000'), kind: 'role' as const } as never;
  const asked = (operation: string, input: Record<string, unknown>) => dynamo.access(operation, input, contextOf({ principal }));
  const resource = 'arn:aws:dynamodb:us-east-1:000000000000:table/music';
  assert.deepEqual(await asked('ExecuteStatement', { Statement: 'SELECT a FROM music."by-g" WHERE g = \'x\'' }), [
    {
      action: 'dynamodb:PartiQLSelect',
      resource: `${resource}/index/by-g`,
      context: { 'dynamodb:leadingkeys': ['x'], 'dynamodb:attributes': ['g', 'a'], 'dynamodb:fulltablescan': 'false' },
    },
  ]);
  const batch = await asked('BatchExecuteStatement', {
    Statements: [
      { Statement: 'DELETE FROM music WHERE pk = ? AND sk = 1', Parameters: [{ S: 'me' }] },
      { Statement: "INSERT INTO music VALUE {'pk': 'you', 'sk': 1}" },
    ],
  });
  assert.deepEqual(
    batch.map(({ action, context }) => [action, context['dynamodb:leadingkeys']]),
    [
      ['dynamodb:PartiQLDelete', ['me']],
      ['dynamodb:PartiQLInsert', ['you']],
    ],
  );
});
