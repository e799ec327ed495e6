import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fail } from '../kernel/index.ts';
import type { FunctionUrl } from '../model/index.ts';
import { type Ask, ask, openStage, outcome, type Stage } from './gateway.fixture.ts';

let stage: Stage;
const base: FunctionUrl = {
  id: 'abc',
  account: '000000000000',
  region: 'us-east-1',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  authType: 'NONE',
  invokeMode: 'BUFFERED',
};
const counted: string[] = [];
before(async () => {
  stage = await openStage({
    openMetrics: () => (arn, metric, value) => void counted.push(`${String(arn).split(':').at(-1)} ${metric} ${value}`),
  });
  stage.urls.set('abc', base);
  stage.urls.set('iam', { ...base, id: 'iam', authType: 'AWS_IAM' });
  stage.urls.set('cors', {
    ...base,
    id: 'cors',
    cors: { allowOrigins: ['https://a.example'], allowMethods: ['GET'], allowHeaders: ['x-a'], maxAge: 60 },
  });
});
after(() => stage.close());

const visit = (id: string, rest: Ask = {}) =>
  ask(stage.port, { ...rest, headers: { host: `${id}.lambda-url.us-east-1.localhost:${stage.port}`, ...rest.headers } });
const lastEvent = () => JSON.parse(Buffer.from(stage.runs.at(-1)!.payload).toString());
const answer = (payload: string) => {
  stage.result = () => outcome(payload);
};

test('the event has payload 2.0, with path and query as sent', async () => {
  await visit('abc', {
    method: 'POST',
    path: '/pa2%2Fth/1?a=1&a=2%20x&b',
    headers: { cookie: 'c1=v1; c2=v2', 'content-type': 'application/json', 'x-forwarded-for': '6.6.6.6' },
    body: '{"x":1}',
  });
  const event = lastEvent();
  assert.equal(event.version, '2.0');
  assert.deepEqual([event.rawPath, event.rawQueryString], ['/pa2%2Fth/1', 'a=1&a=2%20x&b']);
  assert.deepEqual(event.queryStringParameters, { a: '1,2 x', b: '' });
  assert.deepEqual([event.cookies, event.headers.cookie], [['c1=v1', 'c2=v2'], undefined]);
  assert.deepEqual([event.body, event.isBase64Encoded], ['{"x":1}', false]);
  assert.equal(event.headers['x-forwarded-for'], '127.0.0.1');
  assert.deepEqual(
    [event.requestContext.apiId, event.requestContext.domainPrefix, event.requestContext.stage],
    ['abc', 'abc', '$default'],
  );
  assert.match(event.requestContext.time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  assert.equal('authorizer' in event.requestContext, false);
});

test('bodies that are no text arrive as base64', async () => {
  for (const [type, body] of [
    ['multipart/form-data; boundary=x', Buffer.from('--x')],
    ['text/plain', Buffer.from([0xff, 0xfe])],
  ] as const) {
    await visit('abc', { method: 'POST', headers: { 'content-type': type }, body });
    assert.deepEqual([lastEvent().body, lastEvent().isBase64Encoded], [body.toString('base64'), true]);
  }
});

test('results are inferred or used', async () => {
  const cases: [string, number, string | undefined, string][] = [
    ['"hello"', 200, 'application/json', 'hello'],
    ['{"a": 1}', 200, 'application/json', '{"a": 1}'],
    ['[1,2]', 200, 'application/json', '[1,2]'],
    ['null', 200, 'application/json', 'null'],
    ['{"statusCode":"201","body":"x"}', 201, 'application/json', 'x'],
    ['{"statusCode":418,"headers":{"Content-Type":"text/x"},"body":"aGk=","isBase64Encoded":true}', 418, 'text/x', 'hi'],
    ['{"statusCode":204}', 204, 'application/json', ''],
    ['{"statusCode":99}', 502, 'text/plain', 'Internal Server Error'],
    ['{"statusCode":"abc"}', 502, 'text/plain', 'Internal Server Error'],
    ['{"statusCode":200,"headers":{"x":"a\\r\\nset-cookie: b"}}', 502, 'text/plain', 'Internal Server Error'],
    ['{"statusCode":200,"headers":{"a b":"c"}}', 502, 'text/plain', 'Internal Server Error'],
    ['not json', 502, 'text/plain', 'Internal Server Error'],
  ];
  for (const [payload, status, type, text] of cases) {
    answer(payload);
    const reply = await visit('abc');
    assert.deepEqual([reply.status, reply.headers['content-type'], reply.text], [status, type, text], payload);
    assert.ok(reply.headers['x-amzn-requestid'] && reply.headers['x-amzn-trace-id']);
  }
});

test('cookies become set-cookie; framing headers are the platform’s', async () => {
  answer(
    '{"statusCode":200,"cookies":["a=1","b=2"],"headers":{"content-length":"999","transfer-encoding":"chunked"},"body":"x"}',
  );
  const reply = await visit('abc');
  assert.deepEqual([reply.headers['set-cookie'], reply.headers['content-length'], reply.text], [['a=1', 'b=2'], '1', 'x']);
});

test('function errors, throttling and oversize have their statuses', async () => {
  stage.result = () => outcome('{"errorMessage":"x"}', 'Unhandled');
  assert.deepEqual([(await visit('abc')).status, (await visit('abc')).text], [502, 'Internal Server Error']);
  stage.result = () => Promise.reject(fail('TooManyRequestsException', 'Rate Exceeded.', { status: 429 }));
  assert.equal((await visit('abc')).status, 429);
  stage.result = () => Promise.reject(fail('ResourceNotFoundException', 'gone', { status: 404 }));
  assert.equal((await visit('abc')).status, 403);
  assert.equal((await visit('abc', { method: 'POST', body: Buffer.alloc(7e6) })).status, 413);
  answer('{}');
});

test('unknown ids, other regions and missing permission are the same 403', async () => {
  const forbidden = async (reply: Promise<{ status: number; headers: Record<string, unknown>; text: string }>) => {
    const { status, headers, text } = await reply;
    assert.deepEqual([status, headers['x-amzn-errortype']], [403, 'AccessDeniedException']);
    assert.match(text, /^\{"Message":"Forbidden\. For troubleshooting/);
  };
  await forbidden(visit('nope'));
  await forbidden(ask(stage.port, { headers: { host: 'abc.lambda-url.eu-west-1.localhost' } }));
  await forbidden(visit('iam'));
  stage.allowed = (principal) => principal.kind !== 'anonymous';
  await forbidden(visit('abc'));
  stage.allowed = () => true;
});

test('a URL with CORS settings answers preflights itself and owns its CORS headers', async () => {
  const runs = stage.runs.length;
  const headers = {
    origin: 'https://a.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'X-A',
  };
  const granted = await visit('cors', { method: 'OPTIONS', headers });
  assert.deepEqual(
    [granted.status, granted.headers['access-control-allow-origin'], granted.headers['access-control-max-age']],
    [200, 'https://a.example', '60'],
  );
  const refused = await visit('cors', { method: 'OPTIONS', headers: { ...headers, origin: 'https://evil.example' } });
  assert.equal(refused.headers['access-control-allow-origin'], undefined);
  assert.equal(stage.runs.length, runs);
  answer('{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}');
  assert.equal(
    (await visit('cors', { headers: { origin: 'https://evil.example' } })).headers['access-control-allow-origin'],
    undefined,
  );
  assert.equal(
    (await visit('cors', { headers: { origin: 'https://a.example' } })).headers['access-control-allow-origin'],
    'https://a.example',
  );
});

test('the path form is the same function, sandboxed in a browser', async () => {
  answer('"x"');
  const reply = await ask(stage.port, { path: '/_dalamb/url/abc/deep/path?q=1', headers: { origin: 'null' } });
  assert.deepEqual([reply.status, reply.headers['content-security-policy']], [200, 'sandbox']);
  assert.equal(lastEvent().rawPath, '/deep/path');
});

test('requests are counted, with how long they took and how they failed', async () => {
  counted.length = 0;
  answer('"fine"');
  await visit('abc');
  answer('{"statusCode":404}');
  await visit('abc');
  answer('{"statusCode":503}');
  await visit('abc');
  await visit('nobody');
  const of = (name: string) => counted.filter((one) => one.startsWith(`f ${name}`)).map((one) => Number(one.split(' ')[2]));
  assert.deepEqual(
    [of('UrlRequestCount'), of('Url4xxCount'), of('Url5xxCount')],
    [
      [1, 1, 1],
      [0, 1, 0],
      [0, 0, 1],
    ],
  );
  assert.ok(of('UrlRequestLatency').every((ms) => ms > 0 && ms < 5000));
  assert.equal(counted.length, 12);
});
