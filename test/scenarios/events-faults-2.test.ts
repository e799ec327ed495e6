import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER } from '../support/sdk.ts';

const clean: (() => unknown)[] = [];
after(async () => {
  for (const one of clean.reverse()) await one();
});

interface Books {
  readonly topic: string;
  readonly balanced: boolean;
  readonly delivered: number;
  readonly inFlight: number;
  readonly 'dead-lettered': number;
}

async function balance(url: string): Promise<readonly Books[]> {
  const { topics } = (await (await fetch(`${url}/_dalamb/api/events/balance`)).json()) as { topics: Books[] };
  assert.ok(
    topics.every(({ balanced }) => balanced),
    JSON.stringify(topics),
  );
  return topics;
}

function connect(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const events = { sqs: new SQS(config), sns: new SNS(config), kinesis: new Kinesis(config), bus: new EventBridge(config) };
  return { ...clients(endpoint), ...events, dynamodb: new DynamoDB(config) };
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  clean.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Says yes until it is told to be itself; then as its path says. */
function liar(): { readonly server: http.Server; readonly seen: string[]; turn(): void } {
  const seen: string[] = [];
  let honest = true;
  const server = http.createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const link = /"SubscribeURL" ?: ?"([^"]+)"/.exec(body)?.[1];
    if (link !== undefined) await fetch(link.replaceAll('\\u0026', '&'));
    seen.push(`${request.url} ${link === undefined ? JSON.parse(body).Message : 'asked'}`);
    if (honest || request.url === '/good') return response.end();
    if (request.url === '/refuses') return response.writeHead(403).end();
    if (request.url === '/lies') return response.end('<html>'.repeat(100_000));
    if (request.url === '/breaks') return request.socket.destroy();
    if (request.url === '/drips') return response.writeHead(200, { 'content-length': '1000' }).write('x');
    // And hangs otherwise.
  });
  clean.push(() => server.closeAllConnections());
  return {
    server,
    seen,
    turn: () => {
      honest = false;
    },
  };
}

test('endpoints that refuse, lie, break, drip or hang, and a mail server that says nothing, hold up nobody else', {
  timeout: 60_000,
}, async () => {
  const { server, seen, turn } = liar();
  const port = await listen(server);
  const mails: net.Socket[] = [];
  const mute = await listen(net.createServer((socket) => mails.push(socket)));
  clean.push(() => {
    for (const socket of mails) socket.destroy();
  });
  const platform = await startPlatform({
    config: `${PROCESS_DRIVER}[server]\ndrain_seconds = 2\n[email]\nsmtp = "smtp://127.0.0.1:${mute}"\nfrom = "a@example.org"\n`,
  });
  clean.push(() => platform.kill());
  const { sns, sqs } = connect(platform.url);
  const { TopicArn } = await sns.createTopic({ Name: 'many' });
  const dead = await sqs.createQueue({ QueueName: 'dead' });
  const arn = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: arn }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await sqs.setQueueAttributes({ QueueUrl: dead.QueueUrl, Attributes: { Policy } });
  const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn }) };
  const paths = ['/hangs', '/drips', '/breaks', '/lies', '/refuses', '/good'];
  for (const one of paths)
    await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}${one}`, Attributes });
  await eventually('confirmations', async () => {
    const found = await sns.getTopicAttributes({ TopicArn });
    return found.Attributes!.SubscriptionsConfirmed === String(paths.length) || undefined;
  });
  turn();
  for (let n = 0; n < 5; n++) {
    await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: `nobody-${n}@example.org` });
    await sns.publish({ TopicArn, Message: `news ${n}` });
  }
  for (let n = 0; n < 5; n++)
    for (const one of paths) await eventually(one, async () => seen.includes(`${one} news ${n}`) || undefined);
  const letters = new Set<string>();
  await eventually('dead letters of the one who refuses', async () => {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: dead.QueueUrl, MaxNumberOfMessages: 10 });
    for (const { Body } of Messages) letters.add(JSON.parse(Body!).Message);
    return letters.size === 5 || undefined;
  });
  const books = (await balance(platform.url)).find(({ topic }) => topic === 'sns.messages')!;
  assert.equal(books['dead-lettered'], 5);
  assert.equal(books.delivered, paths.length + 10, 'confirmations, the good and the liar');
  assert.equal(books.inFlight, 15 + 5, 'what hangs, drips, broke, and the mail');
  assert.equal(await platform.stop(), 0, 'nor do they hold up the end');
});

const root = process.getuid?.() === 0 && process.platform === 'linux';

/** A disk of its own; resolves to where it is. Needs root. */
function mount(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-full-'));
  const disk = path.join(directory, 'disk');
  fs.mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0755', 'dalamb-test', disk]);
  clean.push(() => {
    execFileSync('umount', ['--lazy', disk]);
    fs.rmSync(directory, { recursive: true, force: true });
  });
  return disk;
}

/** Takes all room that is left, as another program on that disk would. */
function fill(file: string): void {
  const chunk = Buffer.alloc(64 * 1024);
  const fd = fs.openSync(file, 'w');
  try {
    for (;;) fs.writeSync(fd, chunk);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    fs.closeSync(fd);
  }
}

/** Each value once, whatever it came by. */
const CODE = `
import fs from 'node:fs';
const valueOf = (r) => r.body ?? r.Sns?.Message ?? (r.kinesis ? Buffer.from(r.kinesis.data, 'base64').toString() : r.dynamodb.NewImage.id.S);
export const handler = async (event) => {
  const values = event.Records?.map(valueOf) ?? [event.detail.value];
  fs.appendFileSync(process.env.OUT, values.map((value) => value.trim() + '\\n').join(''));
};`;

const VALUE_BYTES = 20_000;

test('a full disk under all sources: refused by name, nothing acknowledged is lost, and it goes on', {
  skip: root ? false : 'needs root',
  timeout: 90_000,
}, async (t) => {
  const disk = mount();
  const out = `${disk}.out`;
  fs.writeFileSync(out, '');
  const config = `${PROCESS_DRIVER}ready = 1\n[limits]\ndisk_reserve_mib = 8\n`;
  const platform: Platform = await startPlatform({ directory: path.join(disk, 'data'), config });
  clean.push(() => platform.kill());
  const on = connect(platform.url);
  const Role = await createRole(on, 'runner', ['AdministratorAccess']);
  await deploy(on, 'taker', await moduleZip(CODE), { Role, Timeout: 10, Environment: { Variables: { OUT: out } } });
  const { QueueUrl } = await on.sqs.createQueue({ QueueName: 'work', Attributes: { VisibilityTimeout: '10' } });
  const { TopicArn } = await on.sns.createTopic({ Name: 'news' });
  await on.kinesis.createStream({ StreamName: 'clicks', ShardCount: 1 });
  await on.dynamodb.createTable({
    TableName: 'cart',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  for (const source of ['sold', 'sqs:work', 'sns:news', 'kinesis:clicks', 'dynamodb:cart']) {
    const body = JSON.stringify({ source, function: 'taker' });
    const headers = { 'content-type': 'application/json' };
    await eventually(source, async () => {
      const made = await fetch(`${platform.url}/_dalamb/api/event-sources`, { method: 'POST', headers, body });
      return made.status === 200 || undefined;
    });
  }
  await eventually('mappings', async () => {
    const { EventSourceMappings = [] } = await on.lambda.listEventSourceMappings({});
    return EventSourceMappings.every(({ State }) => State === 'Enabled') || undefined;
  });
  const padded = (value: string) => value.padEnd(VALUE_BYTES);
  const sources: Record<string, (value: string) => Promise<unknown>> = {
    queue: (value) => on.sqs.sendMessage({ QueueUrl, MessageBody: padded(value) }),
    topic: (value) => on.sns.publish({ TopicArn, Message: padded(value) }),
    stream: (value) => on.kinesis.putRecord({ StreamName: 'clicks', PartitionKey: 'k', Data: Buffer.from(padded(value)) }),
    table: (value) => on.dynamodb.putItem({ TableName: 'cart', Item: { id: { S: value }, pad: { S: padded('') } } }),
    bus: async (value) => {
      const Detail = JSON.stringify({ value: padded(value) });
      const { Entries } = await on.bus.putEvents({ Entries: [{ Source: 's', DetailType: 'sold', Detail }] });
      if (Entries![0]!.ErrorCode) throw Object.assign(new Error(Entries![0]!.ErrorMessage), { name: Entries![0]!.ErrorCode });
    },
  };
  const acknowledged: string[] = [];
  const refusals: (Error & { $metadata?: { httpStatusCode?: number } })[] = [];
  const emit = async (phase: string, n: number) => {
    const all = Object.entries(sources).map(async ([source, send]) => {
      const value = `${source}-${phase}-${n}`;
      await send(value).then(
        () => acknowledged.push(value),
        (error) => refusals.push(error),
      );
    });
    await Promise.all(all);
  };
  for (let n = 0; n < 10; n++) await emit('before', n);
  assert.equal(acknowledged.length, 50, String(refusals[0]));
  const stone = path.join(disk, 'stone');
  fill(stone);
  for (let n = 0; n < 60; n++) await emit('while', n);
  t.diagnostic(`${acknowledged.length - 50} of 300 went through, ${refusals.length} were refused`);
  assert.ok(refusals.length > 0);
  for (const { name, message, $metadata } of refusals) {
    assert.ok($metadata === undefined || [500, 503, 507].includes($metadata.httpStatusCode ?? 0), `${name}: ${message}`);
    assert.doesNotMatch(message, /ENOSPC|defect|\.ts:/, 'words for people');
  }
  t.diagnostic([...new Set(refusals.map(({ name }) => name))].join(', '));
  fs.rmSync(stone);
  let tries = 0;
  await eventually('room again', async () => {
    const before = refusals.length;
    await emit('again', tries++);
    return refusals.length === before || undefined;
  });
  await eventually('all that was acknowledged', async () => {
    const seen = new Set(fs.readFileSync(out, 'utf8').split('\n'));
    return acknowledged.every((value) => seen.has(value)) || undefined;
  });
  await balance(platform.url);
  assert.equal(await platform.stop(), 0);
});
