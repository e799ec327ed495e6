import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SNS } from '@aws-sdk/client-sns';
import { SMTPServer } from 'smtp-server';
import { credentials, dalamb, deployExample } from '../support/examples.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';
import { eventually } from '../support/sdk.ts';

const BUCKET = 'analytics-uploads';
const WAIT_MS = 20_000;
const points = fs.readFileSync(path.join(root, 'examples/analytics-pipeline/points.csv'));

interface Mail {
  readonly to: readonly string[];
  readonly text: string;
}
interface Push {
  readonly Type: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly SubscribeURL?: string;
}

const mails: Mail[] = [];
const pushes: Push[] = [];
const mailServer = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  closeTimeout: 10,
  onData(stream, { envelope }, done) {
    text(stream).then((mail) => {
      const plain = mail.replace(/=\r\n/g, '').replace(/=3D/g, '=');
      mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: plain });
      done();
    }, done);
  },
});
const subscriber = http.createServer(async (request, response) => {
  pushes.push(JSON.parse(await text(request)));
  response.end();
});
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

let platform: Platform;
let s3: S3;
let dynamodb: DynamoDB;
let lambda: Lambda;
let sns: SNS;
/** The first upload, as S3 told. */
let uploaded: string;

before(async () => {
  mailServer.listen(0, '127.0.0.1');
  subscriber.listen(0, '127.0.0.1');
  await Promise.all([once(mailServer.server, 'listening'), once(subscriber, 'listening')]);
  const config = `[email]\nsmtp = "smtp://127.0.0.1:${portOf(mailServer.server)}"\nfrom = "alerts@example.org"\n`;
  platform = await startPlatform({ config });
  const settings = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  s3 = new S3({ ...settings, forcePathStyle: true });
  [dynamodb, lambda, sns] = [new DynamoDB(settings), new Lambda(settings), new SNS(settings)];
  await deploy();
});
after(async () => {
  await platform?.stop();
  subscriber.closeAllConnections();
  subscriber.close();
  mailServer.close();
});

const deploy = () =>
  deployExample(
    platform,
    'analytics-pipeline',
    '--email',
    'ops@example.org',
    '--push',
    `http://127.0.0.1:${portOf(subscriber)}/`,
  );

/** As people and subscribers do it: by the link in the first message. */
async function confirm(): Promise<void> {
  const asked = await eventually(
    'the question by mail',
    async () => mails.find((mail) => /ConfirmSubscription/.test(mail.text)),
    WAIT_MS,
  );
  assert.deepEqual(asked.to, ['ops@example.org']);
  const push = await eventually('the question by push', async () => pushes.find(({ SubscribeURL }) => SubscribeURL), WAIT_MS);
  for (const link of [/http:\S+ConfirmSubscription\S+/.exec(asked.text)![0], push.SubscribeURL!])
    assert.equal((await fetch(link)).status, 200);
}

const alerts = () => mails.filter(({ text }) => /^Subject: .* is above its limit\r$/m.test(text));
const notices = () => pushes.filter(({ Type }) => Type === 'Notification').map(({ Message }) => JSON.parse(Message));
const upload = (Key: string, Body: string | Buffer) => s3.putObject({ Bucket: BUCKET, Key, Body });

async function minutesOf(sensor: string): Promise<[at: string, points: number, average: number][]> {
  const { Items } = await dynamodb.query({
    TableName: 'analytics-minutes',
    ConsistentRead: true,
    KeyConditionExpression: 'sensor = :sensor',
    ExpressionAttributeValues: { ':sensor': { S: sensor } },
  });
  return Items!.map(({ at, points, amount }) => [at!.S!, Number(points!.N), Number(amount!.N) / Number(points!.N)]);
}

/** What analyses by hand. */
function expected(sensor: string): [at: string, points: number, average: number][] {
  const values = new Map<string, number[]>();
  for (const [name, time, value] of points
    .toString()
    .split('\n')
    .map((line) => line.split(',')))
    if (name === sensor) values.set(`${time!.slice(0, 16)}Z`, [...(values.get(`${time!.slice(0, 16)}Z`) ?? []), Number(value)]);
  return [...values].map(([at, list]) => [at, list.length, list.reduce((a, b) => a + b) / list.length]);
}

async function checkBoiler(): Promise<void> {
  const rounded = (list: [string, number, number][]) => list.map(([at, count, average]) => [at, count, average.toFixed(6)]);
  assert.deepEqual(rounded(await minutesOf('boiler')), rounded(expected('boiler')));
}

test('a file is uploaded: a push says so, its sums are in the table, and a mail tells of the one that is too high', async () => {
  await confirm();
  const { $metadata } = await upload('today/points 1.csv', points);
  uploaded = $metadata.requestId!;
  const alert = await eventually('the alert', async () => alerts()[0], WAIT_MS);
  assert.deepEqual(alert.to, ['ops@example.org']);
  assert.match(alert.text, /^From: alerts@example\.org\r$/m);
  assert.match(alert.text, /^Subject: boiler is above its limit\r$/m);
  assert.match(alert.text, /boiler is at 85\.19 on average in the minute of 2026-01-15T09:02Z\. The limit is 80\./);
  const notice = await eventually('the push', async () => notices()[0], WAIT_MS);
  assert.deepEqual([notice.file, notice.bytes], ['today/points 1.csv', points.length]);
  await checkBoiler();
  assert.equal((await minutesOf('freezer')).length, 3);
});

test('the trace of the upload leads to the mail, over every function that nobody wired by hand', async () => {
  assert.match(await dalamb(platform, 'events', '--source', 's3'), new RegExp(`today/points 1\\.csv +${uploaded}`));
  const trace = await eventually('the whole trace', async () => {
    const shown = await dalamb(platform, 'trace', uploaded);
    return (shown.match(/ delivered /g)?.length ?? 0) >= 6 ? shown : undefined;
  });
  // Without times, ids, the sizes of batches and the beginnings of ARNs.
  const depths = trace
    .trimEnd()
    .split('\n')
    .map((line) => [
      line.slice(2).search(/\S/) / 2,
      line
        .trim()
        .replace(/^\* /, '')
        .replace(/ +[0-9a-f-]{30,}$/, '')
        .replace(/ in a batch of \d+$/, '')
        .replace(/^20\S+ |\/stream\/.*$/g, '')
        .replace(/arn:\S+:/, ''),
    ]);
  const below = (depth: number, line: string) => depths.findIndex(([d, l]) => d === depth && l === line);
  const chain = [
    [0, 's3.objects ObjectCreated:Put analytics-uploads/today/points 1.csv'],
    [1, '→ analytics-uploads delivered'],
    [2, 'sns.messages Notification analytics-uploads'],
    [3, '→ aggregate delivered'],
    [4, 'dynamodb.changes INSERT table/analytics-minutes'],
    [5, '→ threshold delivered'],
    [6, 'sns.messages Notification analytics-alerts'],
    [7, '→ mailto:ops@example.org delivered'],
  ] as const;
  const places = chain.map(([depth, line]) => below(depth, line));
  assert.ok(
    places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]!)),
    `${JSON.stringify(places)}\n${JSON.stringify(depths, undefined, 1)}\n${trace}`,
  );
  const push = [
    [3, '→ notify delivered'],
    [4, 'sns.messages Notification analytics-pushes'],
  ] as const;
  for (const [depth, line] of push) assert.ok(below(depth, line) > 0, trace);
});

test('the same again counts once: the file uploaded twice, the event delivered twice; more points count more', async () => {
  await upload('today/points 1.csv', points);
  const { ETag } = await s3.headObject({ Bucket: BUCKET, Key: 'today/points 1.csv' });
  const object = { key: 'today/points+1.csv', eTag: ETag!.slice(1, -1), size: points.length };
  const Message = JSON.stringify({ Records: [{ s3: { bucket: { name: BUCKET }, object } }] });
  const Payload = JSON.stringify({ Records: [{ Sns: { Message } }] });
  const twice = await Promise.all([1, 2].map(() => lambda.invoke({ FunctionName: 'aggregate', Payload })));
  for (const { FunctionError } of twice) assert.equal(FunctionError, undefined);
  const lines = [
    '{"sensor":"boiler","time":"2026-01-15T09:02:30Z","value":100}',
    'nonsense',
    '{"sensor":"oven","value":1}',
    'null',
  ];
  await upload('more.jsonl', lines.join('\n'));
  const [, , last] = await eventually(
    'the seventh point',
    async () => {
      const minutes = await minutesOf('boiler');
      return minutes[2]![1] === 7 ? minutes : undefined;
    },
    WAIT_MS,
  );
  assert.equal(last![2].toFixed(6), ((expected('boiler')[2]![2] * 6 + 100) / 7).toFixed(6));
  assert.deepEqual(await minutesOf('oven'), []);
  await eventually('a push for each upload', async () => (notices().length === 3 ? true : undefined), WAIT_MS);
  assert.equal(alerts().length, 1, 'it was above its limit before');
});

test('a file of more minutes than a transaction has is counted whole', async () => {
  const at = (i: number) => new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString();
  await upload('long.csv', Array.from({ length: 250 }, (_, i) => `meter,${at(i)},${i % 50}`).join('\r\n'));
  await eventually('all of them', async () => ((await minutesOf('meter')).length === 250 ? true : undefined), WAIT_MS);
});

test('deploying again keeps what is there and asks nobody twice; what was deployed can be taken away', async () => {
  const [asked, { Subscriptions }] = [mails.length, await sns.listSubscriptions({})];
  assert.match(await deploy(), /^Upload data points: /);
  assert.equal((await sns.listSubscriptions({})).Subscriptions!.length, Subscriptions!.length);
  assert.equal(mails.length, asked);
  assert.equal((await minutesOf('meter')).length, 250);
  assert.equal(await deployExample(platform, 'analytics-pipeline', '--remove'), 'removed');
  const [functions, topics, tables, buckets] = await Promise.all([
    lambda.listFunctions({}),
    sns.listTopics({}),
    dynamodb.listTables({}),
    s3.listBuckets({}),
  ]);
  assert.deepEqual([functions.Functions, topics.Topics ?? [], tables.TableNames, buckets.Buckets ?? []], [[], [], [], []]);
});
