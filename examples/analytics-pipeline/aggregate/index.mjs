// A file of data points was uploaded: add it up by sensor and minute.
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { pointsOf } from './points.mjs';

const s3 = new S3Client({ forcePathStyle: true });
const dynamodb = new DynamoDBClient();
const { MINUTES, FILES } = process.env;
/** A transaction has at most a hundred actions; one of them is the mark. */
const MOST_MINUTES = 99;

export const handler = async ({ Records }) => {
  for (const { Sns } of Records)
    for (const { s3: what } of JSON.parse(Sns.Message).Records ?? []) {
      const key = decodeURIComponent(what.object.key.replaceAll('+', ' '));
      await aggregate(what.bucket.name, key, what.object.eTag);
    }
};

async function aggregate(Bucket, Key, eTag) {
  const object = await open({ Bucket, Key, IfMatch: `"${eTag}"` });
  if (!object) return console.log(`${Key} was replaced or removed`);
  const minutes = [...(await sums(pointsOf(object, Key)))].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let at = 0; at < minutes.length; at += MOST_MINUTES)
    await add(`${Bucket}/${Key} ${eTag} ${at}`, minutes.slice(at, at + MOST_MINUTES));
  console.log(`${Key}: ${minutes.length} minutes of sensors`);
}

async function open(object) {
  try {
    return (await s3.send(new GetObjectCommand(object))).Body;
  } catch (error) {
    if (!['NoSuchKey', 'PreconditionFailed'].includes(error.name)) throw error;
  }
}

async function sums(points) {
  const minutes = new Map();
  for await (const { sensor, time, value } of points) {
    const key = `${sensor} ${time.slice(0, 16)}Z`;
    const [count, sum] = minutes.get(key) ?? [0, 0];
    minutes.set(key, [count + 1, sum + value]);
  }
  return minutes;
}

/** Once for each content of a file: the sums and the mark that they were added are one transaction. */
async function add(mark, minutes) {
  const Put = { TableName: FILES, Item: { part: { S: mark } }, ConditionExpression: 'attribute_not_exists(part)' };
  const updates = minutes.map(([key, [count, sum]]) => {
    const [sensor, at] = key.split(' ');
    return {
      Update: {
        TableName: MINUTES,
        Key: { sensor: { S: sensor }, at: { S: at } },
        UpdateExpression: 'ADD points :points, amount :amount',
        ExpressionAttributeValues: { ':points': { N: `${count}` }, ':amount': { N: sum.toFixed(9) } },
      },
    };
  });
  try {
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, ...updates] }));
  } catch (error) {
    if (error.CancellationReasons?.[0].Code !== 'ConditionalCheckFailed') throw error;
    console.log(`${mark} was added before`);
  }
}
