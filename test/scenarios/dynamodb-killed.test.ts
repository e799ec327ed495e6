import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb';
import { type _Record, DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

const KILLS = 3;
const WRITERS = 6;
const MOST_WRITES = 150;
const TableName = 'ledger';
const directory = temporaryDirectory();
after(() => removeDirectory(directory));

type Row = Record<string, AttributeValue>;

const clientsOf = (platform: Platform) => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  return { dynamo: new DynamoDB(config), streams: new DynamoDBStreams(config) };
};
const start = () => startPlatform({ config: PROCESS_DRIVER, directory });

async function makeTable(dynamo: DynamoDB): Promise<void> {
  await dynamo.createTable({
    TableName,
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'round', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-round',
        KeySchema: [{ AttributeName: 'round', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
}

/** One writer: an item, then a transfer between two accounts, over and over until the platform dies or all is written. */
async function write(dynamo: DynamoDB, name: string, acknowledged: Set<string>): Promise<void> {
  const add = (pk: string, by: number) => ({
    Update: {
      TableName,
      Key: { pk: { S: pk } },
      UpdateExpression: 'ADD amount :by',
      ExpressionAttributeValues: { ':by': { N: String(by) } },
    },
  });
  for (let i = 0; i < MOST_WRITES; i++) {
    const pk = `${name}-${i}`;
    await dynamo.putItem({ TableName, Item: { pk: { S: pk }, round: { S: name } } });
    acknowledged.add(pk);
    const TransactItems = [add(`account-${i % 3}`, i + 1), add(`account-${3 + (i % 4)}`, -(i + 1))];
    await dynamo.transactWriteItems({ TransactItems });
  }
}

async function scanned(dynamo: DynamoDB, IndexName?: string): Promise<Row[]> {
  const rows: Row[] = [];
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await dynamo.scan({ TableName, IndexName, ExclusiveStartKey });
    rows.push(...page.Items!);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
}

async function recorded(streams: DynamoDBStreams): Promise<_Record[]> {
  const { Streams } = await streams.listStreams({ TableName });
  const { StreamArn } = Streams![0]!;
  const { StreamDescription } = await streams.describeStream({ StreamArn });
  const { ShardId } = StreamDescription!.Shards![0]!;
  const records: _Record[] = [];
  let { ShardIterator } = await streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  for (;;) {
    const page = await streams.getRecords({ ShardIterator });
    if (page.Records!.length === 0) return records;
    records.push(...page.Records!);
    ShardIterator = page.NextShardIterator;
  }
}

/** The table that the records lead to; each begins where the one before it of the same key ended. */
function replayed(records: readonly _Record[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const { dynamodb } of records) {
    const pk = dynamodb!.Keys!.pk!.S!;
    assert.deepEqual(dynamodb!.OldImage, rows.get(pk));
    rows.set(pk, dynamodb!.NewImage as Row);
  }
  return rows;
}

test('killed at any moment, a table loses nothing acknowledged, and index and stream agree with it', {
  timeout: 120_000,
}, async () => {
  const acknowledged = new Set<string>();
  let platform = await start();
  await makeTable(clientsOf(platform).dynamo);
  for (let round = 0; round < KILLS; round++) {
    const { dynamo } = clientsOf(platform);
    const writers = Array.from({ length: WRITERS }, (_, i) => write(dynamo, `round-${round}-${i}`, acknowledged));
    const ended = Promise.allSettled(writers);
    const enough = acknowledged.size + 1 + Math.floor(Math.random() * 100);
    while (acknowledged.size < enough) await new Promise((resolve) => setTimeout(resolve, 2));
    await platform.kill();
    await ended;
    platform = await start();
  }
  const { dynamo, streams } = clientsOf(platform);
  const rows = new Map((await scanned(dynamo)).map((row) => [row.pk!.S!, row]));
  for (const pk of acknowledged) assert.ok(rows.has(pk), `${pk} was lost`);
  const balance = [...rows.values()].reduce((sum, { amount }) => sum + Number(amount?.N ?? 0), 0);
  assert.equal(balance, 0);
  const indexed = (await scanned(dynamo, 'by-round')).map(({ pk }) => pk!.S!);
  assert.deepEqual(indexed.sort(), [...rows.values()].flatMap(({ pk, round }) => (round ? [pk!.S!] : [])).sort());
  assert.deepEqual(replayed(await recorded(streams)), rows);
  assert.equal(await platform.stop(), 0);
});
