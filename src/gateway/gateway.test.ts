import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { silentLogger } from '../kernel/index.ts';
import { type Ask, ask, claims, goodToken, openStage, raw, type Stage } from './gateway.fixture.ts';

let stage: Stage;
before(async () => {
  stage = await openStage({ limits: { bodyMs: 300, headersMs: 1500, pipelined: 8 } });
});
after(() => stage.close());

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const whoami = (key?: string): Ask => ({
  method: 'POST',
  headers: { ...(key === undefined ? {} : claims(key, 'sts')), ...form },
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
});

test('in mode local an unknown key is an account, by its digits or the default one', async () => {
  assert.match((await ask(stage.port, whoami('test'))).text, /<Account>000000000000</);
  assert.match((await ask(stage.port, whoami('AKIAWHATEVER'))).text, /<Account>000000000000</);
  assert.match((await ask(stage.port, whoami('123456789012'))).text, /arn:aws:iam::123456789012:root/);
  assert.match((await ask(stage.port, whoami())).text, /<Account>000000000000</);
});

test('a known key is verified even in mode local', async () => {
  const principal = { account: '999999999999', arn: 'a', userId: 'u', accessKeyId: 'AKIAKNOWN', kind: 'root' as const };
  stage.keys.set('AKIAKNOWN', { secret: 'secret', principal });
  const reply = await ask(stage.port, whoami('AKIAKNOWN'));
  assert.equal(reply.status, 403);
  assert.match(reply.text, /<Code>(SignatureDoesNotMatch|RequestExpired)</);
});

test('an operation that nobody has is NotImplemented by name; what nobody foresaw is the service’s own fault, without details', async () => {
  const missing = await ask(stage.port, { path: '/2015-03-31/functions/f', headers: claims('test', 'lambda') });
  assert.deepEqual([missing.status, missing.headers['x-amzn-errortype']], [501, 'NotImplemented']);
  assert.match(missing.text, /GetFunction/);
  const body = 'Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D';
  const broken = await ask(stage.port, { method: 'POST', headers: { ...claims('test', 'iam'), ...form }, body });
  assert.equal(broken.status, 500);
  assert.match(broken.text, /<Code>ServiceFailure</);
  assert.doesNotMatch(broken.text, /nobody foresaw/);
});

test('the platform’s own faults have the service’s code, a retryable status, no details, and one line in the log', async () => {
  const lines: unknown[] = [];
  const logger = { ...silentLogger, error: (_: string, fields: unknown) => void lines.push(fields) };
  const other = await openStage({ logger: logger as never });
  try {
    const refused = await ask(other.port, { path: '/2016-08-19/account-settings', headers: claims('test', 'lambda') });
    assert.deepEqual([refused.status, refused.headers['x-amzn-errortype']], [500, 'ServiceException']);
    const full = await ask(other.port, { method: 'DELETE', path: '/b/k' });
    assert.equal(full.status, 503);
    assert.match(full.text, /<Code>ServiceUnavailable<[\s\S]*disk is full/);
    for (const { text } of [refused, full]) assert.doesNotMatch(text, /secret/);
    const ids = [refused.headers['x-amzn-requestid'], full.headers['x-amz-request-id']];
    assert.deepEqual(
      lines.map((line) => (line as { requestId: string }).requestId),
      ids,
    );
  } finally {
    await other.close();
  }
});

test('every answer has a date and a request id', async () => {
  for (const path of ['/_dalamb/health', '/b/k', '/_dalamb/nothing', '/2015-03-31/functions/']) {
    const { headers } = await ask(stage.port, { path });
    assert.ok(headers.date, path);
    assert.ok(headers['x-amzn-requestid'] ?? headers['x-amz-request-id'], path);
  }
});

test('Host: our names, addresses and what is below them; everybody else is refused, on every path', async () => {
  const good = [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:4566',
    'dalamb.example',
    'x.localhost',
    'b.s3.dalamb.example',
    'localhost.',
  ];
  const bad = [
    'evil.example',
    'localhost.evil.example',
    '8.8.8.8',
    '169.254.169.254',
    'notlocalhost',
    'dalamb.example.evil',
    '',
    'a b',
    'localhost:x',
    '[::2]',
    '127.0.0.1.nip.io',
    '0x7f.1',
  ];
  for (const host of good) assert.notEqual((await ask(stage.port, { path: '/b/k', headers: { host } })).status, 421, host);
  for (const path of ['/b/k', '/_dalamb/api/status', '/_dalamb/health', '/_dalamb/url/x/'])
    for (const host of bad)
      assert.equal((await ask(stage.port, { path, headers: { host } })).status, host === '' ? 421 : 421, `${host} ${path}`);
});

test('the control API is not reachable through a host that serves content', async () => {
  for (const host of ['bucket.s3.localhost', 'bucket.localhost', 'x.dalamb.example'])
    assert.notEqual((await ask(stage.port, { path: '/_dalamb/api/status', headers: { host } })).status, 200, host);
  const url = await ask(stage.port, { path: '/_dalamb/api/status', headers: { host: 'abc.lambda-url.us-east-1.localhost' } });
  assert.equal(url.status, 403);
});

test('pages of others reach nothing but S3, by CORS; not even with simple requests', async () => {
  const own = `http://127.0.0.1:${stage.port}`;
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { origin: `http://localhost:${stage.port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: own, 'sec-fetch-site': 'cross-site' },
  ];
  const before = stage.calls.length;
  for (const headers of foreign) {
    const told = JSON.stringify(headers);
    assert.equal((await ask(stage.port, { path: '/_dalamb/api/status', headers })).status, 403, told);
    assert.equal((await ask(stage.port, { path: '/_dalamb/metrics', headers })).status, 403, told);
    assert.equal(
      (await ask(stage.port, { path: '/2015-03-31/functions/', headers: { ...claims('test', 'lambda'), ...headers } })).status,
      403,
      told,
    );
    assert.equal((await ask(stage.port, { path: '/?Action=GetCallerIdentity&Version=2011-06-15', headers })).status, 403, told);
    const posted = await ask(stage.port, { ...whoami('test'), headers: { ...whoami('test').headers, ...headers } });
    assert.equal(posted.status, 403, told);
  }
  assert.equal(stage.calls.length, before);
  assert.equal(
    (await ask(stage.port, { path: '/_dalamb/api/status', headers: { origin: own, 'sec-fetch-site': 'same-origin' } })).status,
    200,
  );
});

test('S3 answers an allowed origin with its grant, never with the leniency of mode local', async () => {
  const origin = 'https://app.example';
  const preflight = await ask(stage.port, {
    method: 'OPTIONS',
    path: '/open/k',
    headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a' },
  });
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [200, origin]);
  const closed = await ask(stage.port, {
    method: 'OPTIONS',
    path: '/b/k',
    headers: { origin, 'access-control-request-method': 'GET' },
  });
  assert.equal(closed.status, 403);
  assert.match(closed.text, /CORS is not enabled/);
  const read = await ask(stage.port, { path: '/open/k', headers: { origin } });
  assert.deepEqual([read.status, read.headers['access-control-allow-origin']], [200, origin]);
  assert.equal(stage.calls.at(-1)!.context.principal.kind, 'anonymous');
  const signed = await ask(stage.port, { path: '/open/k', headers: { origin, ...claims('test', 's3') } });
  assert.match(signed.text, /InvalidAccessKeyId/);
  assert.equal((await ask(stage.port, { path: '/b/k', headers: { origin: 'https://evil.example' } })).status, 403);
});

test('presigned queries of unknown keys are for programs only', async () => {
  const path = `/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T110000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=${'0'.repeat(64)}`;
  assert.equal((await ask(stage.port, { path })).status, 200);
  for (const site of ['none', 'same-origin', 'cross-site'])
    assert.match((await ask(stage.port, { path, headers: { 'sec-fetch-site': site } })).text, /InvalidAccessKeyId/, site);
});

test('what buckets serve is sandboxed in a browser', async () => {
  assert.equal((await ask(stage.port, { path: '/b/k' })).headers['content-security-policy'], 'sandbox');
});

test('strict mode takes only known keys and tokens', async () => {
  const strict = await openStage({
    auth: { mode: 'strict', access: goodToken },
  });
  try {
    assert.match((await ask(strict.port, whoami('test'))).text, /InvalidClientTokenId/);
    assert.match((await ask(strict.port, whoami())).text, /MissingAuthenticationToken/);
    const control = (authorization?: string) =>
      ask(strict.port, {
        path: '/_dalamb/api/status',
        headers: { cookie: 'token=good-token', ...(authorization ? { authorization } : {}) },
      });
    assert.equal((await control()).status, 401);
    assert.equal((await control('Bearer bad')).status, 401);
    assert.equal((await control('Bearer good-token')).status, 200);
    strict.allowed = () => false;
    assert.equal((await ask(strict.port, { path: '/b/k' })).status, 403);
  } finally {
    await strict.close();
  }
});

test('the control API: versions, parameters, bodies, errors', async () => {
  const api = (path: string, rest: Ask = {}) => ask(stage.port, { path: `/_dalamb/api${path}`, ...rest });
  assert.deepEqual(JSON.parse((await api('/v1/echo/a%2Fb?account=123456789012&region=eu-west-1')).text), {
    word: 'a/b',
    account: '123456789012',
    region: 'eu-west-1',
  });
  assert.equal((await api('/echo/%ff')).status, 400);
  assert.equal((await api('/echo/x?account=1')).status, 400);
  assert.equal((await api('/none')).status, 404);
  assert.equal((await api('/status', { method: 'DELETE' })).status, 405);
  const json = { 'content-type': 'application/json' };
  const invoke = (body: string, headers: Record<string, string> = json) =>
    api('/functions/f/invoke', { method: 'POST', body, headers });
  assert.deepEqual(JSON.parse((await invoke('{"payload":{"x":1}}')).text).payload, { ok: true });
  assert.equal(stage.runs.at(-1)!.payload.toString(), '{"x":1}');
  for (const body of ['{', '[]', '{"paylod":1}', '{"tail":1}']) assert.equal((await invoke(body)).status, 400, body);
  assert.equal((await invoke('{}', { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await invoke(JSON.stringify({ payload: 'x'.repeat(7e6) }))).status, 413);
});

test('malformed requests are answered in a line and closed', async () => {
  const cases: [string, RegExp][] = [
    ['NONSENSE\r\n\r\n', /^HTTP\/1\.1 400/],
    ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400/],
    ['GET http://localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 400/],
    [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, /^HTTP\/1\.1 414/],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', /^HTTP\/1\.1 400/],
    ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', /^HTTP\/1\.1 400/],
    ['PUT /b/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /HTTP\/1\.1 4|^$/],
    [`PUT /b/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(60_000)}\r\n`, /HTTP\/1\.1 4|^$/],
    ['CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n', /^$/],
  ];
  for (const [text, answer] of cases) assert.match(await raw(stage.port, text), answer, text.slice(0, 60));
  assert.equal((await ask(stage.port, { path: '/_dalamb/health' })).status, 200);
});

test('a body that stops halfway is refused in the client’s form, and the connection goes', async () => {
  const head = 'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc';
  assert.match(await raw(stage.port, head, 4000), /^HTTP\/1\.1 400[\s\S]*<Code>RequestTimeout</);
});

test('too many pipelined requests close the connection; some are answered in order', async () => {
  const one = 'GET /_dalamb/health HTTP/1.1\r\nHost: localhost\r\n\r\n';
  assert.equal((await raw(stage.port, one.repeat(4))).match(/HTTP\/1\.1 200/g)?.length, 4);
  await raw(stage.port, 'GET /b/k HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(500));
  assert.equal((await ask(stage.port, { path: '/_dalamb/health' })).status, 200);
});

test('a client that waits for 100 Continue gets it when its body is wanted, and a refusal instead otherwise', async () => {
  const wanted = await raw(
    stage.port,
    'PUT /b/k HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
  );
  assert.match(wanted, /^HTTP\/1\.1 100 Continue/);
  const refused = await raw(stage.port, 'PUT /b/k HTTP/1.1\r\nHost: evil\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
  assert.match(refused, /^HTTP\/1\.1 421[\s\S]*[Cc]onnection: close/);
});

test('nothing that can be sent makes the gateway fail', async () => {
  const token = fc.stringMatching(/^[!-~]{0,20}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'PATCH'),
      token,
      fc.dictionary(
        fc.constantFrom(
          'authorization',
          'x-amz-target',
          'content-type',
          'origin',
          'cookie',
          'x-amz-date',
          'content-md5',
          'range',
          'host',
        ),
        token,
      ),
      token,
      async (method, path, headers, body) => {
        const reply = await ask(stage.port, {
          method,
          path: `/${path.replace(/[^!-~]/g, '')}`,
          headers: { ...headers, 'content-length': String(body.length) },
          body,
        });
        assert.ok(reply.status < 500 || reply.status === 501, `${reply.status} ${reply.text}`);
      },
    ),
    { numRuns: 300 },
  );
});
