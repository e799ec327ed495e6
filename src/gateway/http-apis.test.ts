import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { after, before, test } from 'node:test';
import { fail } from '../kernel/index.ts';
import { ask, outcome } from './gateway.fixture.ts';
import { type ApiStage, FUNCTION, openApiStage } from './http-api.fixture.ts';

let room: ApiStage;
before(async () => {
  room = await openApiStage();
  room.add('api', {
    'POST /pets/{id}': {},
    'GET /v1': { integration: { format: '1.0' } },
    'ANY /all/{proxy+}': {},
    'GET /none': { integration: undefined },
  });
  room.add('api', { 'GET /in': {}, 'GET /v1/{id}': { integration: { format: '1.0' } } }, { name: 'prod', variables: { v: '1' } });
});
after(() => room.close());
const answer = (payload: string) => {
  room.stage.result = () => outcome(payload);
};

test('the event has payload 2.0 with route, parameters and stage', async () => {
  answer('{"statusCode":200}');
  await room.visit('api', {
    method: 'POST',
    path: '/pets/a%20b?q=1&q=%202',
    headers: { cookie: 'c1=v1; c2=v2', 'X-Mixed': 'Case', 'content-type': 'application/json' },
    body: '{"x":1}',
  });
  const event = room.lastEvent();
  assert.deepEqual(
    [event.version, event.routeKey, event.rawPath, event.rawQueryString],
    ['2.0', 'POST /pets/{id}', '/pets/a%20b', 'q=1&q=%202'],
  );
  assert.deepEqual(
    [event.pathParameters, event.queryStringParameters, event.cookies],
    [{ id: 'a b' }, { q: '1, 2' }, ['c1=v1', 'c2=v2']],
  );
  assert.deepEqual(
    [event.body, event.isBase64Encoded, event.headers['x-mixed'], event.headers.cookie],
    ['{"x":1}', false, 'Case', undefined],
  );
  assert.equal('stageVariables' in event, false);
  const { http, time, timeEpoch, domainName, requestId, ...context } = event.requestContext;
  assert.deepEqual(context, {
    accountId: '000000000000',
    apiId: 'api',
    domainPrefix: 'api',
    routeKey: 'POST /pets/{id}',
    stage: '$default',
  });
  assert.deepEqual([http.method, http.path, http.protocol], ['POST', '/pets/a%20b', 'HTTP/1.1']);
  assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}/);
  assert.ok(timeEpoch > 0 && requestId && domainName === 'api.execute-api.us-east-1.localhost');
  assert.deepEqual(room.asked.at(-1), {
    arn: FUNCTION,
    sourceArn: 'arn:aws:execute-api:us-east-1:000000000000:api/$default/POST/pets/{id}',
  });
});

test('payload 1.0 has null where 2.0 has nothing, and lists of values', async () => {
  answer('{"statusCode":200}');
  await room.visit('api', { path: '/v1' });
  const bare = room.lastEvent();
  assert.deepEqual(
    [bare.version, bare.resource, bare.path, bare.httpMethod, bare.body, bare.isBase64Encoded],
    ['1.0', '/v1', '/v1', 'GET', null, false],
  );
  assert.deepEqual(
    [bare.queryStringParameters, bare.multiValueQueryStringParameters, bare.pathParameters, bare.stageVariables],
    [null, null, null, null],
  );
  assert.deepEqual(bare.requestContext.authorizer, { claims: null, scopes: null });
  assert.deepEqual([bare.requestContext.identity.user, bare.requestContext.resourceId], [null, null]);
  await room.visit('api', { path: '/prod/v1/7?a=1&a=2', headers: { cookie: 'c=1' } });
  const event = room.lastEvent();
  assert.deepEqual([event.path, event.pathParameters, event.stageVariables], ['/prod/v1/7', { id: '7' }, { v: '1' }]);
  assert.deepEqual([event.queryStringParameters, event.multiValueQueryStringParameters], [{ a: '2' }, { a: ['1', '2'] }]);
  assert.deepEqual([event.headers.cookie, event.multiValueHeaders.cookie], ['c=1', ['c=1']]);
  assert.deepEqual(
    [event.requestContext.stage, event.requestContext.path, event.requestContext.resourcePath],
    ['prod', '/prod/v1/7', '/v1/{id}'],
  );
});

test('a named stage is the first segment; the path form names it', async () => {
  answer('{"statusCode":200}');
  await room.visit('api', { path: '/prod/in' });
  assert.deepEqual([room.lastEvent().rawPath, room.lastEvent().requestContext.stage], ['/prod/in', 'prod']);
  assert.deepEqual(room.lastEvent().stageVariables, { v: '1' });
  const reply = await ask(room.stage.port, {
    path: '/_dalamb/execute-api/api/prod/in?q=1',
    headers: { origin: 'https://foreign.example' },
  });
  assert.deepEqual([reply.status, reply.headers['content-security-policy']], [200, 'sandbox']);
  assert.deepEqual([room.lastEvent().rawPath, room.lastEvent().rawQueryString], ['/prod/in', 'q=1']);
  for (const stage of ['$default', '%24default']) {
    await ask(room.stage.port, { method: 'POST', path: `/_dalamb/execute-api/api/${stage}/pets/1` });
    assert.equal(room.lastEvent().rawPath, '/pets/1');
  }
});

test('what is not there is not found', async () => {
  for (const reply of [
    await room.visit('nope'),
    await room.visit('api', { path: '/nowhere' }),
    await room.visit('api', { path: '/prod' }),
    await ask(room.stage.port, { headers: { host: 'api.execute-api.eu-west-1.localhost' }, path: '/v1' }),
    await ask(room.stage.port, { path: '/_dalamb/execute-api/api/none/in' }),
  ])
    assert.deepEqual(
      [reply.status, reply.text, reply.headers['content-type']],
      [404, '{"message":"Not Found"}', 'application/json'],
    );
  const closed = { id: 'd', open: false, match: () => undefined };
  room.add('closed', {}, { deployment: closed });
  assert.equal((await room.visit('closed')).status, 404);
});

test('answers of 2.0 are inferred or used, of 1.0 only used', async () => {
  const post = () => room.visit('api', { method: 'POST', path: '/pets/1' });
  const v1 = () => room.visit('api', { path: '/v1' });
  const error = [500, 'application/json', '{"message":"Internal Server Error"}'];
  const cases: [() => ReturnType<typeof post>, string, unknown[]][] = [
    [post, '{"a":1}', [200, 'application/json', '{"a":1}']],
    [post, '{"statusCode":201,"body":"x"}', [201, 'text/plain;charset=UTF-8', 'x']],
    [post, '{"statusCode":200,"body":"aGk=","isBase64Encoded":true,"headers":{"Content-Type":"a/b"}}', [200, 'a/b', 'hi']],
    [post, '{"statusCode":"many"}', error],
    [post, 'no json', error],
    [v1, '{"statusCode":200,"body":"x"}', [200, 'text/plain;charset=UTF-8', 'x']],
    [v1, '{"a":1}', error],
    [v1, '"text"', error],
  ];
  for (const [visit, payload, expected] of cases) {
    answer(payload);
    const { status, headers, text } = await visit();
    assert.deepEqual([status, headers['content-type'], text], expected, payload);
    assert.ok(headers['apigw-requestid']);
  }
  answer('{"statusCode":200,"headers":{"x":"1"},"multiValueHeaders":{"set-cookie":["a=1","b=2"],"X":["2"]}}');
  assert.deepEqual([(await v1()).headers['set-cookie'], (await v1()).headers.x], [['a=1', 'b=2'], '2']);
  assert.deepEqual([(await post()).headers['set-cookie'], (await post()).headers.x], [undefined, '1']);
  answer('{"statusCode":200,"cookies":["a=1","b=2"]}');
  assert.deepEqual((await post()).headers['set-cookie'], ['a=1', 'b=2']);
});

test('a function that fails, is throttled, gone, or not permitted', async () => {
  const status = async () => {
    const { status, text } = await room.visit('api', { path: '/v1' });
    return [status, JSON.parse(text).message];
  };
  room.stage.result = () => outcome('{"errorMessage":"x"}', 'Unhandled');
  assert.deepEqual(await status(), [500, 'Internal Server Error']);
  room.stage.result = () => Promise.reject(fail('TooManyRequestsException', 'Rate Exceeded.', { status: 429 }));
  assert.deepEqual(await status(), [503, 'Service Unavailable']);
  room.stage.result = () => Promise.reject(fail('ResourceNotFoundException', 'gone', { status: 404 }));
  assert.deepEqual(await status(), [500, 'Internal Server Error']);
  room.stage.result = () => Promise.reject(new TypeError('a defect'));
  assert.deepEqual(await status(), [500, 'Internal Server Error']);
  answer('{"statusCode":200}');
  room.permitted = false;
  const runs = room.stage.runs.length;
  assert.deepEqual([await status(), room.stage.runs.length], [[500, 'Internal Server Error'], runs]);
  room.permitted = true;
});

test('a role may call the function instead of its policy', async () => {
  const credentialsArn = 'arn:aws:iam::000000000000:role/r';
  room.add('role', {
    'GET /': { integration: { credentialsArn } },
    'GET /missing': { integration: { credentialsArn: 'arn:aws:iam::000000000000:role/missing' } },
  });
  answer('{"statusCode":200}');
  assert.equal((await room.visit('role')).status, 200);
  assert.deepEqual(room.asked.at(-1), { arn: FUNCTION, sourceArn: `${credentialsArn} lambda:InvokeFunction` });
  assert.equal((await room.visit('role', { path: '/missing' })).status, 500);
  room.permitted = false;
  assert.equal((await room.visit('role')).status, 500);
  room.permitted = true;
});

test('an integration has its time, and bodies their size', async () => {
  room.add('slow', { 'ANY /': { integration: { timeoutMs: 50 } } });
  room.stage.result = () => new Promise(() => {});
  const slow = await room.visit('slow');
  assert.deepEqual([slow.status, slow.text], [503, '{"message":"Service Unavailable"}']);
  answer('{"statusCode":200}');
  const large = await room.visit('slow', { method: 'POST', body: Buffer.alloc(10 * 2 ** 20 + 1) });
  assert.deepEqual([large.status, large.text], [413, '{"message":"Request Entity Too Large"}']);
  assert.equal((await room.visit('slow', { method: 'POST', body: Buffer.alloc(6 * 2 ** 20) })).status, 413);
});

test('stage variables name functions', async () => {
  room.add(
    'vars',
    { 'ANY /': { integration: { functionArn: `${FUNCTION.slice(0, -1)}\${stageVariables.fn}` } } },
    { variables: { fn: 'blue' } },
  );
  answer('{"statusCode":200}');
  await room.visit('vars');
  assert.equal(room.stage.runs.at(-1)!.invokedArn, `${FUNCTION.slice(0, -1)}blue`);
});

test('parameters are mapped on the way in and on the way out', async () => {
  const requestParameters = {
    'append:header.x-stage': '$context.stage',
    'overwrite:querystring.id': '$request.path.id',
    'remove:header.x-secret': "''",
  };
  const responseParameters = { '404': { 'overwrite:statuscode': '200', 'append:header.x-was': '$response.body.code' } };
  room.add('map', { 'GET /{id}': { integration: { requestParameters, responseParameters } } });
  answer('{"statusCode":404,"body":"{\\"code\\":\\"missing\\"}"}');
  const reply = await room.visit('map', { path: '/7?id=old&b=2', headers: { 'x-secret': 's' } });
  assert.deepEqual([reply.status, reply.headers['x-was']], [200, 'missing']);
  const event = room.lastEvent();
  assert.deepEqual(
    [event.headers['x-stage'], event.headers['x-secret'], event.rawQueryString],
    ['$default', undefined, 'b=2&id=7'],
  );
  answer('{"statusCode":404,"body":"{\\"code\\":\\"a\\\\r\\\\nb\\"}"}');
  assert.equal((await room.visit('map', { path: '/7' })).status, 500);
});

test('an API with CORS settings answers preflights itself and owns its CORS headers', async () => {
  const cors = { allowOrigins: ['https://a.example'], allowMethods: ['GET'], allowHeaders: ['x-a'], maxAge: 60 };
  room.add('cors', { 'GET /': {} }, { cors });
  const runs = room.stage.runs.length;
  const headers = {
    origin: 'https://a.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'X-A',
  };
  const granted = await room.visit('cors', { method: 'OPTIONS', path: '/any', headers });
  assert.deepEqual(
    [granted.status, granted.headers['access-control-allow-origin'], granted.headers['access-control-max-age']],
    [204, 'https://a.example', '60'],
  );
  const foreign = { ...headers, origin: 'https://evil.example' };
  assert.equal(
    (await room.visit('cors', { method: 'OPTIONS', headers: foreign })).headers['access-control-allow-origin'],
    undefined,
  );
  assert.equal(room.stage.runs.length, runs);
  answer('{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}');
  const seen = async (origin: string, path = '/') =>
    (await room.visit('cors', { path, headers: { origin } })).headers['access-control-allow-origin'];
  assert.deepEqual([await seen('https://a.example'), await seen('https://evil.example')], ['https://a.example', undefined]);
  assert.equal(await seen('https://a.example', '/missing'), 'https://a.example');
  answer('{"statusCode":200,"headers":{"Vary":"Accept"}}');
  assert.equal((await room.visit('cors', { headers: { origin: 'https://a.example' } })).headers.vary, 'Accept, Origin');
  room.add('bare', { 'POST /': {} }, { cors: { allowOrigins: ['*'] } });
  const may = async (method: string) => {
    const asked = { origin: 'https://a.example', 'access-control-request-method': method };
    return (await room.visit('bare', { method: 'OPTIONS', headers: asked })).headers['access-control-allow-origin'];
  };
  assert.deepEqual([await may('POST'), await may('DELETE')], ['*', undefined]);
  answer('{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}');
  room.add('open', { 'OPTIONS /': {} });
  assert.equal((await room.visit('open', { method: 'OPTIONS', headers })).headers['access-control-allow-origin'], '*');
});

test('throttled requests are too many, each route by itself', async () => {
  room.add('few', { 'GET /a': {}, 'GET /b': {} }, { throttle: (key) => (key === 'GET /a' ? { rate: 0, burst: 1 } : undefined) });
  answer('{"statusCode":200}');
  const statuses = [];
  for (const path of ['/a', '/a', '/b']) statuses.push((await room.visit('few', { path })).status);
  assert.deepEqual(statuses, [200, 429, 200]);
  assert.equal((await room.visit('few', { path: '/a' })).text, '{"message":"Too Many Requests"}');
});

test('the access log has one line a request, which nobody can forge', async () => {
  const format =
    '$context.requestId $context.routeKey $context.status $context.identity.userAgent $context.integrationErrorMessage $context.nothing.';
  room.add('log', { 'GET /': {} }, { accessLog: { group: 'g', format } });
  answer('{"statusCode":201}');
  const { headers } = await room.visit('log', { headers: { 'user-agent': 'a"b\\c' } });
  const { stream, text } = room.lines.at(-1)!;
  assert.deepEqual(stream, { account: '000000000000', region: 'us-east-1', group: 'g', stream: 'log/$default' });
  assert.equal(text, `${headers['apigw-requestid']} GET / 201 a\\"b\\\\c - -.`);
  room.permitted = false;
  await room.visit('log');
  room.permitted = true;
  assert.match(room.lines.at(-1)!.text, /GET \/ 500 .*resource policy of .*function:f does not let/);
});

test('over HTTP/2 it is the same', async () => {
  room.add('two', { 'GET /': { integration: { requestParameters: { 'append:header.x-b': '$request.header.x-a' } } } });
  answer('{"statusCode":200,"body":"x"}');
  const session = http2.connect(`http://127.0.0.1:${room.stage.port}`);
  const status = await new Promise<unknown>((resolve, reject) => {
    session.on('error', reject);
    const headers = { ':path': '/?q=1', ':authority': 'two.execute-api.us-east-1.localhost', 'x-a': ['1', '2'], cookie: 'c=1' };
    const stream = session.request(headers).on('error', reject);
    stream.on('response', (seen) => resolve(seen[':status']));
    stream.resume();
  });
  session.destroy();
  const event = room.lastEvent();
  assert.deepEqual([status, event.rawQueryString, event.cookies, event.headers['x-b']], [200, 'q=1', ['c=1'], '1, 2']);
  assert.equal(
    Object.keys(event.headers).some((name) => name.startsWith(':')),
    false,
  );
});
