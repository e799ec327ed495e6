import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, PARTITION, refused, SORT } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
before(async () => {
  dynamo = await openDynamo();
});
after(() => dynamo.close());

const BOTH = [
  { AttributeName: 'pk', AttributeType: 'S' },
  { AttributeName: 'sk', AttributeType: 'N' },
];
const UNITS = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };

test('CreateTable answers CREATING, and the table is there', async () => {
  const { TableDescription: made } = await dynamo.table('first');
  assert.equal(made.TableStatus, 'CREATING');
  assert.equal(made.TableArn, 'arn:aws:dynamodb:us-east-1:000000000000:table/first');
  assert.equal(made.BillingModeSummary.BillingMode, 'PAY_PER_REQUEST');
  assert.deepEqual(made.ProvisionedThroughput, { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 });
  assert.equal((await dynamo.call('DescribeTable', { TableName: 'first' })).Table.TableStatus, 'ACTIVE');
  const error = await refused(dynamo.table('first'), 'ResourceInUseException');
  assert.equal(error.message, 'Table already exists: first');
});

test('a provisioned table keeps its units, indexes, tags and stream', async () => {
  const { TableDescription: made } = await dynamo.table('whole', {
    KeySchema: [PARTITION, SORT],
    AttributeDefinitions: [...BOTH, { AttributeName: 'g', AttributeType: 'B' }],
    BillingMode: undefined,
    ProvisionedThroughput: UNITS,
    LocalSecondaryIndexes: [
      {
        IndexName: 'local',
        KeySchema: [PARTITION, { AttributeName: 'g', KeyType: 'RANGE' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'global',
        KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
        ProvisionedThroughput: UNITS,
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    Tags: [{ Key: 'team', Value: 'a' }],
    DeletionProtectionEnabled: true,
    TableClass: 'STANDARD',
  });
  assert.equal(made.BillingModeSummary, undefined);
  assert.equal(made.ProvisionedThroughput.WriteCapacityUnits, 6);
  assert.equal(made.LocalSecondaryIndexes[0].IndexArn, `${made.TableArn}/index/local`);
  assert.equal(made.GlobalSecondaryIndexes[0].IndexStatus, 'CREATING');
  assert.deepEqual(made.GlobalSecondaryIndexes[0].Projection, { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] });
  assert.deepEqual(made.StreamSpecification, { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
  assert.equal(made.LatestStreamArn, `${made.TableArn}/stream/${made.LatestStreamLabel}`);
  assert.equal(made.DeletionProtectionEnabled, true);
  const { Table } = await dynamo.call('DescribeTable', { TableName: made.TableArn });
  assert.equal(Table.GlobalSecondaryIndexes[0].IndexStatus, 'ACTIVE');
  const { Tags } = await dynamo.call('ListTagsOfResource', { ResourceArn: made.TableArn });
  assert.deepEqual(Tags, [{ Key: 'team', Value: 'a' }]);
});

const index = (name: string, keys: object[], projection: object = { ProjectionType: 'ALL' }) => ({
  IndexName: name,
  KeySchema: keys,
  Projection: projection,
});

const INVALID: readonly (readonly [string, object, string])[] = [
  [
    'no partition key',
    { KeySchema: [{ ...PARTITION, KeyType: 'RANGE' }] },
    'Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
  ],
  [
    'two partition keys',
    { KeySchema: [PARTITION, { ...SORT, KeyType: 'HASH' }], AttributeDefinitions: BOTH },
    'Invalid KeySchema: The second KeySchemaElement is not a RANGE key type',
  ],
  [
    'one name twice',
    { KeySchema: [PARTITION, { ...PARTITION, KeyType: 'RANGE' }], AttributeDefinitions: BOTH },
    'Both the Hash Key and the Range Key element in the KeySchema have the same name',
  ],
  ['no definition', { KeySchema: [PARTITION, SORT] }, 'Invalid KeySchema: Some index key attribute have no definition'],
  [
    'undefined keys',
    { KeySchema: [PARTITION, SORT], AttributeDefinitions: [BOTH[0], { AttributeName: 'x', AttributeType: 'S' }] },
    'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, sk], AttributeDefinitions: [pk, x]',
  ],
  [
    'unused definitions',
    { AttributeDefinitions: BOTH },
    'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
  ],
  [
    'no units',
    { BillingMode: 'PROVISIONED' },
    'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
  ],
  [
    'units on demand',
    { ProvisionedThroughput: UNITS },
    'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
  ],
  [
    'a local index without a sort key in the table',
    { AttributeDefinitions: BOTH, LocalSecondaryIndexes: [index('i', [PARTITION, SORT])] },
    'One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
  ],
  [
    'a local index of another partition',
    {
      KeySchema: [PARTITION, SORT],
      AttributeDefinitions: BOTH,
      LocalSecondaryIndexes: [
        index('i', [
          { AttributeName: 'sk', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ]),
      ],
    },
    'One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: i. index hash key: sk, table hash key: pk',
  ],
  [
    'one index name twice',
    { GlobalSecondaryIndexes: [index('i', [PARTITION]), index('i', [PARTITION])] },
    'One or more parameter values were invalid: Duplicate index name: i',
  ],
  [
    'more than twenty global indexes',
    { GlobalSecondaryIndexes: Array.from({ length: 21 }, (_, i) => index(`i${i}`, [PARTITION])) },
    'One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20',
  ],
  [
    'no projection',
    { GlobalSecondaryIndexes: [index('i', [PARTITION], {})] },
    'One or more parameter values were invalid: Unknown ProjectionType: null',
  ],
  [
    'names beside ALL',
    { GlobalSecondaryIndexes: [index('i', [PARTITION], { ProjectionType: 'ALL', NonKeyAttributes: ['a'] })] },
    'One or more parameter values were invalid: ProjectionType is ALL, but NonKeyAttributes is specified',
  ],
  [
    'a stream without a view',
    { StreamSpecification: { StreamEnabled: true } },
    'One or more parameter values were invalid: StreamViewType is required when StreamEnabled is true',
  ],
];

for (const [what, given, text] of INVALID) {
  test(`CreateTable refuses ${what}`, async () => {
    const error = await refused(dynamo.table('wrong', given), 'ValidationException');
    assert.equal(error.message, text);
  });
}

test('settings that would not be enforced are refused by name, and defaults are accepted', async () => {
  const NAMED: readonly (readonly [object, RegExp])[] = [
    [{ SSESpecification: { Enabled: true, SSEType: 'KMS' } }, /SSESpecification/],
    [{ OnDemandThroughput: { MaxReadRequestUnits: 5 } }, /OnDemandThroughput/],
    [{ ResourcePolicy: '{}' }, /ResourcePolicy/],
    [{ WarmThroughput: { ReadUnitsPerSecond: 50_000 } }, /WarmThroughput/],
  ];
  for (const [given, name] of NAMED) assert.match((await refused(dynamo.table('unkept', given), 'NotImplemented')).message, name);
  await dynamo.table('defaults', { SSESpecification: { Enabled: false }, OnDemandThroughput: { MaxReadRequestUnits: -1 } });
});
