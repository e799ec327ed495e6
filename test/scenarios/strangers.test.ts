import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { clients } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

/** Pages of other people in a browser on this machine, and clients that behave badly, against the real server (DESIGN §6). */

let platform: Platform;
let port: number;
let link: string;
const account = { accessKeyId: '111111111111', secretAccessKey: 'test' };

before(async () => {
  platform = await startPlatform({ args: [], config: '[sandbox]\ndriver = "process"\nready = 1\n' });
  port = Number(new URL(platform.url).port);
  link = new URL(/Open (http:\S+)/.exec(platform.log())![1]!).pathname;
});
after(async () => {
  assert.equal(await platform.stop(), 0);
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** node:http, because fetch sets some of these headers itself. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.setTimeout(10_000, () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}

/** An unknown key, whose signature nobody checks (auth = "local"). */
const day = '20260101';
const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/${day}/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  'x-amz-date': `${day}T000000Z`,
});
const signed = signedFor('lambda');
const lines = (headers: Record<string, string>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
/** What such a visitor sends. A foreign Host is answered with 421, everything else with 403. */
const foreign: Record<string, Record<string, string>> = {
  'another origin': { origin: 'https://evil.example' },
  'no origin to name': { origin: 'null' },
  'another port of this machine': { origin: 'http://127.0.0.1:3000' },
  'another site': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  'a rebound name': { host: 'evil.example' },
  'a rebound name that looks like ours': { host: 'localhost.evil.example' },
};

describe('browsers are strangers', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const targets: [string, string, string, Record<string, string>, string][] = [
    ['a query operation', 'POST', '/', form, 'Action=CreateUser&UserName=evil&Version=2010-05-08'],
    ['a query operation by GET', 'GET', '/?Action=ListRoles&Version=2010-05-08', {}, ''],
    ['a JSON operation', 'POST', '/', { 'content-type': 'text/plain', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }, '{}'],
    ['an invocation', 'POST', '/2015-03-31/functions/welcome/invocations', { 'content-type': 'text/plain', ...signed }, '{}'],
    ['a bucket', 'PUT', '/made-by-a-page', {}, ''],
    ['the control API', 'GET', '/_dalamb/api/v1/functions', {}, ''],
    ['making a key', 'POST', '/_dalamb/api/v1/keys', form, 'account=000000000000'],
    ['metrics', 'GET', '/_dalamb/metrics', {}, ''],
    ['health', 'GET', '/_dalamb/health', {}, ''],
  ];
  for (const [visitor, headers] of Object.entries(foreign))
    test(visitor, async () => {
      for (const [what, method, path, more, body] of targets) {
        const { status, headers: got, body: text } = await ask(method, path, { ...more, ...headers }, body);
        assert.equal(status, headers.host ? 421 : 403, `${what}: ${text}`);
        assert.equal(got['access-control-allow-origin'], undefined, what);
      }
      assert.deepEqual((await clients(platform.url).s3.listBuckets({})).Buckets ?? [], []);
    });

  test('a program, and a page of our own, are not', async () => {
    const local = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    for (const headers of [{}, { origin: platform.url }, local] as Record<string, string>[])
      assert.equal((await ask('GET', '/_dalamb/api/v1/functions', headers)).status, 200, JSON.stringify(headers));
  });

  test('what a bucket serves shares no origin with the platform', async () => {
    const { s3 } = clients(platform.url);
    await s3.createBucket({ Bucket: 'pages' });
    await s3.putObject({ Bucket: 'pages', Key: 'x.html', Body: '<script>steal()</script>', ContentType: 'text/html' });
    const object = await s3.getObject({ Bucket: 'pages', Key: 'x.html' });
    assert.equal(object.ContentType, 'text/html');
    const { headers } = await ask('GET', '/pages/x.html', signedFor('s3'));
    assert.match(String(headers['content-security-policy']), /sandbox/);
    const page = await ask('GET', link, { accept: 'text/html' });
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /sandbox/);
  });

  test('health and metrics answer programs', async () => {
    assert.equal(JSON.parse((await ask('GET', '/_dalamb/health')).body).status, 'ok');
    const wrapper = JSON.parse((await ask('GET', '/_localstack/health')).body);
    for (const service of ['lambda', 's3', 'iam', 'sts', 'logs']) assert.equal(wrapper.services[service], 'available');
    const metrics = await ask('GET', '/_dalamb/metrics');
    assert.match(String(metrics.headers['content-type']), /^text\/plain/);
    assert.match(metrics.body, /^# TYPE dalamb_\w+ (?:counter|gauge|histogram)$/m);
  });
});

const connect = async () => {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
};

/** Sends these bytes; resolves to what came back until the other side closed or ms passed. */
async function raw(bytes: string | Buffer, ms = 1000): Promise<string> {
  const socket = await connect();
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(bytes);
  await Promise.race([
    new Promise((resolve) => socket.once('close', resolve)),
    new Promise((resolve) => setTimeout(resolve, ms)),
  ]);
  socket.destroy();
  return text;
}

/** How many this process and the server may each have open. */
function openFiles(): number {
  if (process.platform !== 'linux') return 256;
  return Number(/^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))![1]);
}

const calls = async () => {
  const began = performance.now();
  const { lambda } = clients(platform.url, account);
  const { FunctionError } = await lambda.invoke({ FunctionName: 'welcome', Payload: '{}' });
  assert.equal(FunctionError, undefined);
  return performance.now() - began;
};

describe('clients that behave badly', () => {
  test('requests that stop halfway, and connections that rest, leave calls unharmed', async (t) => {
    await calls();
    const wanted = openFiles() >= 12_000 ? 10_000 : Math.min(2000, openFiles() - 200);
    const open: net.Socket[] = [];
    const halves = [
      '',
      'GET / HT',
      'POST / HTTP/1.1\r\nhost: localhost\r\nx',
      'PUT /pages/y HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nabc',
      'POST /2015-03-31/functions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc',
    ];
    for (let i = 0; i < wanted; i += 200) {
      const some = await Promise.all(Array.from({ length: 200 }, connect));
      some.forEach((socket, j) => void socket.write(halves[(i + j) % halves.length]!));
      open.push(...some);
    }
    const ms = await calls();
    t.diagnostic(`a call beside ${open.length} such connections: ${Math.round(ms)} ms`);
    for (const socket of open) socket.destroy();
    await calls();
  });

  test('slow readers hold only their own answers', async (t) => {
    const { s3 } = clients(platform.url);
    await s3.createBucket({ Bucket: 'big' });
    await s3.putObject({ Bucket: 'big', Key: 'b', Body: Buffer.alloc(16 * 1024 * 1024) });
    const readers = await Promise.all(Array.from({ length: 50 }, connect));
    for (const socket of readers) {
      socket.pause();
      socket.write(`GET /big/b HTTP/1.1\r\nhost: localhost\r\n${lines(signedFor('s3'))}\r\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok((await calls()) < 5000);
    if (process.platform === 'linux') {
      const status = fs.readFileSync(`/proc/${platform.pid}/status`, 'utf8');
      const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
      t.diagnostic(`the server holds ${Math.round(resident)} MiB beside 50 readers of 16 MiB`);
      assert.ok(resident < 600, `${resident} MiB`);
    }
    for (const socket of readers) socket.destroy();
  });

  const malformed: Record<string, [string | Buffer, RegExp]> = {
    'no HTTP': ['\x16\x03\x01\x02\x00\x01\x00', /^HTTP\/1\.1 400 /],
    'no host': ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 40[03] /],
    'headers without end': [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    'a length that is none': ['POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n', /^HTTP\/1\.1 400 /],
    'two lengths': [
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    'an absolute form': ['GET http://evil.example/ HTTP/1.1\r\nhost: localhost\r\n\r\n', /^HTTP\/1\.1 40[03] /],
    'bytes in the path': ['GET /%zz%00/\xff HTTP/1.1\r\nhost: localhost\r\n\r\n', /^HTTP\/1\.1 4\d\d /],
    'an unknown method': ['BREW / HTTP/1.1\r\nhost: localhost\r\n\r\n', /^HTTP\/1\.1 4\d\d /],
  };
  for (const [name, [bytes, answer]] of Object.entries(malformed))
    test(name, async () => {
      assert.match(await raw(bytes), answer);
    });

  const bodies: [string, string, Record<string, string>, string][] = [
    ['a body that is no JSON', '/2015-03-31/functions', { ...signed, 'content-type': 'application/json' }, '{"FunctionName":'],
    ['a body nested deep', '/2015-03-31/functions', { ...signed, 'content-type': 'application/json' }, '['.repeat(200_000)],
    ['a body of the wrong type', '/2015-03-31/functions', { ...signed, 'content-type': 'application/json' }, '"text"'],
    [
      'entities in XML',
      '/pages?delete',
      signedFor('s3'),
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>',
    ],
  ];
  for (const [name, path, headers, body] of bodies)
    test(name, async () => {
      const answer = await ask('POST', path, headers, body);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.body}`);
      assert.match(answer.body, /"(?:__type|Type|message|Message)"|<Error>/);
      assert.doesNotMatch(answer.body, /\bat .*\.ts|node:internal/, 'no stack');
    });

  test('a body far above the limit is refused while it is still coming', async () => {
    const head = `POST /2015-03-31/functions/welcome/invocations HTTP/1.1\r\nhost: localhost\r\n${lines(signed)}`;
    const answer = await raw(`${head}content-length: 1000000000\r\n\r\n${' '.repeat(100_000)}`, 3000);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /RequestTooLargeException|RequestEntityTooLarge/);
  });

  test('after all this it answers, and nothing was a defect', async () => {
    await calls();
    assert.doesNotMatch(platform.log(), /unexpectedly|promise was broken|without an answer/);
  });
});
