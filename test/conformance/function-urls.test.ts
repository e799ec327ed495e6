import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type RawRequest, raw } from '../support/raw.ts';
import { moduleZip, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

const FunctionName = 'web';
const CODE = `export const handler = async (event) => {
  const wish = new URLSearchParams(event.rawQueryString).get('wish');
  if (wish === 'event') return event;
  if (wish === 'fail') throw new Error('no');
  if (wish === 'nothing') return undefined;
  if (wish) return JSON.parse(Buffer.from(wish, 'base64').toString());
  return 'hello';
};`;
let platform: Platform;
let lambda: ReturnType<typeof sdk>['lambda'];
let id: string;
let host: string;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  lambda = sdk(platform.url).lambda;
  await deploy(clients(platform.url), FunctionName, await moduleZip(CODE));
  const { FunctionUrl } = await lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'NONE' });
  host = new URL(FunctionUrl!).host;
  id = host.split('.')[0]!;
});
after(() => platform?.stop());

const byHost = (request: RawRequest) => raw(platform.url, { ...request, headers: { host, ...request.headers } });
const byPath = (request: RawRequest) => raw(platform.url, { ...request, path: `/_dalamb/url/${id}${request.path}` });
const wish = (value: unknown) => `/?wish=${encodeURIComponent(Buffer.from(JSON.stringify(value)).toString('base64'))}`;

test('without a permission for everybody even AuthType NONE is forbidden', async () => {
  const refused = await byHost({ path: '/' });
  assert.deepEqual(
    [refused.status, refused.headers['x-amzn-errortype'], refused.headers['content-type']],
    [403, 'AccessDeniedException', 'application/json'],
  );
  assert.match(
    JSON.parse(refused.text).Message,
    /^Forbidden\. For troubleshooting Function URL authorization issues, see: https:/,
  );
  const permission = { FunctionName, StatementId: 'all', Action: 'lambda:InvokeFunctionUrl', Principal: '*' };
  await lambda.addPermission({ ...permission, FunctionUrlAuthType: 'NONE' });
  assert.equal((await byHost({ path: '/' })).status, 200);
  const unknown = await raw(platform.url, { path: '/', headers: { host: host.replace(id, 'a'.repeat(id.length)) } });
  assert.equal(unknown.status, 403);
});

test('the event is payload 2.0, by Host and by path', async () => {
  const path = '/pa2%2Fth/1?wish=event&a=1&a=2&b=x%20y';
  for (const ask of [byHost, byPath]) {
    const headers = {
      cookie: 'c1=v1; c2=v2',
      'X-Mixed': 'Case',
      'content-type': 'text/plain',
      'user-agent': 'conform',
      'x-twice': ['1', '2'],
    };
    const answer = await ask({ method: 'POST', path, headers, body: 'text' });
    assert.equal(answer.status, 200, answer.text);
    const event = JSON.parse(answer.text);
    assert.deepEqual(
      [event.version, event.routeKey, event.rawPath, event.rawQueryString],
      ['2.0', '$default', '/pa2%2Fth/1', 'wish=event&a=1&a=2&b=x%20y'],
    );
    assert.deepEqual(event.cookies, ['c1=v1', 'c2=v2']);
    assert.deepEqual(event.queryStringParameters, { wish: 'event', a: '1,2', b: 'x y' });
    assert.deepEqual([event.headers['x-mixed'], event.headers['x-twice'], 'cookie' in event.headers], ['Case', '1,2', false]);
    for (const name of ['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'])
      assert.ok(event.headers[name], name);
    assert.deepEqual([event.body, event.isBase64Encoded], ['text', false]);
    assert.equal('pathParameters' in event || 'stageVariables' in event, false);
    const { http, time, timeEpoch, requestId, authorizer, ...context } = event.requestContext;
    assert.deepEqual(
      [http.method, http.path, http.protocol, http.sourceIp, http.userAgent],
      ['POST', '/pa2%2Fth/1', 'HTTP/1.1', '127.0.0.1', 'conform'],
    );
    assert.deepEqual(
      [context.apiId, context.domainPrefix, context.routeKey, context.stage, authorizer],
      [id, id, '$default', '$default', undefined],
    );
    assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    assert.ok(Math.abs(timeEpoch - Date.now()) < 60_000);
    assert.equal(answer.headers['x-amzn-requestid'], requestId);
  }
  const bare = JSON.parse((await byHost({ path: '/?wish=event' })).text);
  assert.deepEqual(['cookies' in bare, 'body' in bare, bare.isBase64Encoded], [false, false, false]);
  const binary = await byHost({
    method: 'PUT',
    path: '/?wish=event',
    headers: { 'content-type': 'image/png' },
    body: Buffer.from([0, 255]),
  });
  const { body, isBase64Encoded } = JSON.parse(binary.text);
  assert.deepEqual([body, isBase64Encoded], ['AP8=', true]);
});

test('every shape of answer', async () => {
  const type = 'application/json';
  const shapes: [value: unknown, status: number, type: string, text: string][] = [
    [{ statusCode: 201, headers: { 'Content-Type': 'text/html' }, body: '<p>' }, 201, 'text/html', '<p>'],
    [{ statusCode: '202', body: 'x' }, 202, type, 'x'],
    [{ statusCode: 200 }, 200, type, ''],
    [{ statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 200, type, 'hi'],
    [{ a: 1 }, 200, type, '{"a":1}'],
    [[1, 2], 200, type, '[1,2]'],
    [7, 200, type, '7'],
    [true, 200, type, 'true'],
    ['text', 200, type, 'text'],
    [null, 200, type, 'null'],
    [{ statusCode: 'many' }, 502, 'text/plain', 'Internal Server Error'],
  ];
  for (const [value, status, contentType, text] of shapes) {
    const answer = await byHost({ path: wish(value) });
    assert.deepEqual(
      [answer.status, answer.headers['content-type'], answer.text],
      [status, contentType, text],
      JSON.stringify(value),
    );
  }
  assert.equal((await byHost({ path: '/' })).text, 'hello');
  assert.equal((await byHost({ path: '/?wish=nothing' })).text, 'null');
  const failed = await byHost({ path: '/?wish=fail' });
  assert.deepEqual([failed.status, failed.text], [502, 'Internal Server Error']);
  const cookies = await byHost({ path: wish({ statusCode: 200, cookies: ['a=1', 'b=2; Path=/'], headers: { 'X-A': 1 } }) });
  assert.deepEqual([cookies.headers['set-cookie'], cookies.headers['x-a']], [['a=1', 'b=2; Path=/'], '1']);
  const head = await byHost({ method: 'HEAD', path: '/' });
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal((await byPath({ path: '/' })).headers['content-security-policy'], 'sandbox');
});

test('too large a request is refused', async () => {
  const answer = await byHost({
    method: 'POST',
    path: '/',
    body: Buffer.alloc(6 * 2 ** 20 + 1, 97),
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(answer.status, 413);
});

test('CORS is answered by the platform, and the function’s own is overridden', async () => {
  const Cors = { AllowOrigins: ['https://a.example'], AllowMethods: ['POST'], AllowHeaders: ['x-h'], MaxAge: 5 };
  await lambda.updateFunctionUrlConfig({ FunctionName, Cors });
  const preflight = await byHost({
    method: 'OPTIONS',
    path: '/',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-h' },
  });
  assert.deepEqual(
    [preflight.status, preflight.headers['access-control-allow-origin'], preflight.headers['access-control-max-age']],
    [200, 'https://a.example', '5'],
  );
  const own = wish({ statusCode: 200, headers: { 'access-control-allow-origin': '*' } });
  const seen = async (origin: string) =>
    (await byHost({ path: own, headers: { origin } })).headers['access-control-allow-origin'];
  assert.equal(await seen('https://a.example'), 'https://a.example');
  assert.equal(await seen('https://b.example'), undefined);
});

test('reserved concurrency of zero is too many requests', async () => {
  await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 0 });
  assert.equal((await byHost({ path: '/' })).status, 429);
  await lambda.deleteFunctionConcurrency({ FunctionName });
});

test('AWS_IAM wants a signature', async () => {
  await lambda.updateFunctionUrlConfig({ FunctionName, AuthType: 'AWS_IAM' });
  assert.equal((await byHost({ path: '/' })).status, 403);
  const { AccessKey } = await sdk(platform.url).iam.createAccessKey({});
  const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  const scheme = { name: 'sigv4', signingName: 'lambda', signingRegion: 'us-east-1', properties: {} };
  const signer = await sdk(platform.url, key).lambda.config.signer(scheme);
  const { hostname, port } = new URL(`http://${host}`);
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/a%20b',
    headers: { host },
    body: 'text',
  };
  const { headers } = await signer.sign(request);
  assert.equal((await byHost({ method: 'POST', path: '/a%20b', headers, body: 'text' })).status, 200);
  assert.equal((await byHost({ method: 'POST', path: '/a%20b', headers, body: 'other' })).status, 403);
  await lambda.deleteFunctionUrlConfig({ FunctionName });
  assert.equal((await byHost({ path: '/' })).status, 403);
});
