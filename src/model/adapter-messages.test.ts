import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adapterRequest, adapterResult, type EventShape } from './adapter-messages.ts';
import { type AdapterSettings, adapterSettings } from './http-adapter.ts';

const settings = (variables: Record<string, string> = {}) => adapterSettings(variables) as AdapterSettings;
const request = (event: unknown, variables?: Record<string, string>) =>
  adapterRequest(Buffer.from(JSON.stringify(event)), { request_id: 'r' }, settings(variables));

const v2 = (more: object = {}) => ({
  version: '2.0',
  rawPath: '/p',
  rawQueryString: 'a=1&a=2',
  headers: { host: 'h', 'content-length': '9', connection: 'close', 'x-one': 'a,b' },
  requestContext: { http: { method: 'POST', path: '/p' }, apiId: 'é' },
  ...more,
});

test('payload 2.0: method, path and query as sent, cookies joined, what belongs to a connection left out', () => {
  const made = request(v2({ cookies: ['a=1', 'b=2'], body: 'hé' }));
  assert.deepEqual(
    { ...made, body: made.body.toString() },
    {
      shape: 'v2',
      method: 'POST',
      target: '/p?a=1&a=2',
      headers: {
        host: 'h',
        'x-one': 'a,b',
        cookie: 'a=1; b=2',
        'x-amzn-request-context': '{"http":{"method":"POST","path":"/p"},"apiId":"\\u00e9"}',
        'x-amzn-lambda-context': '{"request_id":"r"}',
      },
      body: 'hé',
    },
  );
  assert.deepEqual(request(v2({ body: 'AAE=', isBase64Encoded: true })).body, Buffer.from([0, 1]));
});

test('payload 1.0 and load balancers: lists before single values; parameters encoded where they were decoded', () => {
  const event = {
    httpMethod: 'GET',
    path: '/x',
    headers: { A: '2', B: '3' },
    multiValueHeaders: { A: ['1', '2'] },
    queryStringParameters: { 'q q': 'ü' },
    multiValueQueryStringParameters: { 'q q': ['ü', '&'] },
    requestContext: { stage: 's' } as object,
    body: null,
  };
  const gateway = request(event);
  assert.deepEqual([gateway.shape, gateway.target], ['v1', '/x?q%20q=%C3%BC&q%20q=%26']);
  assert.deepEqual([gateway.headers.a, gateway.headers.b, gateway.body.length], [['1', '2'], '3', 0]);
  const balancer = request({ ...event, requestContext: { elb: {} }, multiValueQueryStringParameters: { q: ['%20'] } });
  assert.deepEqual([balancer.shape, balancer.target], ['alb-lists', '/x?q=%20']);
  assert.equal(request({ ...event, requestContext: { elb: {} }, multiValueHeaders: undefined }).shape, 'alb');
});

test('any other event is posted as it came', () => {
  for (const event of [{ Records: [] }, [1], 'text', null, 7, { httpMethod: 'GET' }, { version: '2.0', requestContext: {} }]) {
    const made = request(event, { AWS_LWA_PASS_THROUGH_PATH: '/in' });
    assert.deepEqual([made.shape, made.method, made.target], ['event', 'POST', '/in']);
    assert.equal(made.body.toString(), JSON.stringify(event));
  }
});

test('base path, authorization, and methods that would make a tunnel', () => {
  const base = { REMOVE_BASE_PATH: '/stage' };
  const paths = ['/stage/a', '/stage', '/stages', '/', 'a'].map(
    (rawPath) => request(v2({ rawPath, rawQueryString: '' }), base).target,
  );
  assert.deepEqual(paths, ['/a', '/', '/stages', '/', '/a']);
  const source = { AWS_LWA_AUTHORIZATION_SOURCE: 'X-One' };
  assert.equal(request(v2(), source).headers.authorization, 'a,b');
  assert.equal(request(v2({ requestContext: { http: { method: 'CONNECT' } } })).method, 'GET');
});

test('whatever stands in an event can be sent, and ends no line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (path, headers) => {
      const made = request(v2({ rawPath: path, headers, cookies: [path] }));
      const values = Object.values(made.headers).flat();
      return /^\/[\x21-\x7e]*$/.test(made.target) && values.every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
    }),
  );
});

const answer = (shape: EventShape, more: object = {}, variables?: Record<string, string>) => {
  const response = {
    status: 200,
    statusText: 'OK',
    rawHeaders: ['Content-Type', 'text/plain', 'X', '1', 'X', '2', 'Set-Cookie', 'a', 'Set-Cookie', 'b', 'Connection', 'close'],
    body: Buffer.from('hi'),
    ...more,
  };
  const result = adapterResult(response, shape, settings(variables));
  return result.ok ? JSON.parse(result.payload.toString()) : result.text;
};

test('each source gets the answer in its own form', () => {
  const plain = { statusCode: 200, body: 'hi', isBase64Encoded: false };
  const lists = { 'content-type': ['text/plain'], x: ['1', '2'], 'set-cookie': ['a', 'b'] };
  assert.deepEqual(answer('v2'), { ...plain, headers: { 'content-type': 'text/plain', x: '1, 2' }, cookies: ['a', 'b'] });
  assert.deepEqual(answer('v1'), { ...plain, multiValueHeaders: lists });
  assert.deepEqual(answer('alb-lists'), { ...plain, statusDescription: '200 OK', multiValueHeaders: lists });
  assert.deepEqual(answer('alb').headers, { 'content-type': 'text/plain', x: '1, 2', 'set-cookie': 'a, b' });
});

test('what is no text goes as base64', () => {
  const encoded = (rawHeaders: string[], body = Buffer.from('hi')) => answer('v2', { rawHeaders, body }).isBase64Encoded;
  for (const type of [
    'text/html',
    'application/json',
    'application/problem+json',
    'image/svg+xml',
    'application/foo; charset=utf-8',
  ])
    assert.equal(encoded(['content-type', type]), false, type);
  for (const type of ['image/png', 'application/octet-stream', 'application/pdf'])
    assert.equal(encoded(['content-type', type]), true, type);
  assert.equal(encoded([]), false);
  assert.equal(encoded(['content-type', 'text/html', 'content-encoding', 'gzip']), true);
  assert.equal(encoded(['content-type', 'text/html'], Buffer.from([0xff])), true);
});

test('other events: the body is the result; a status from 400 up fails, so that nothing is lost', () => {
  assert.deepEqual(answer('event', { body: Buffer.from('{"a":1}') }), { a: 1 });
  assert.equal(answer('event'), 'hi');
  assert.equal(answer('event', { body: Buffer.alloc(0) }), null);
  assert.equal(answer('event', { status: 404 }), 'the server answered with status 404');
  assert.equal(answer('v2', { status: 500 }).statusCode, 500);
  assert.equal(answer('v2', { status: 500 }, { AWS_LWA_ERROR_STATUS_CODES: '500-599' }), 'the server answered with status 500');
  assert.deepEqual(answer('event', { status: 404, body: Buffer.from('1') }, { AWS_LWA_ERROR_STATUS_CODES: '500-599' }), 1);
});

test('objects where text belongs are left out: String() breaks with some of them', () => {
  const odd = { toString: 1, valueOf: [] };
  const made = request(v2({ rawPath: odd, rawQueryString: odd, headers: { a: odd, b: ['1', odd] }, cookies: [odd, 'c=1'] }));
  assert.deepEqual([made.target, made.headers.a, made.headers.b, made.headers.cookie], ['/', undefined, '1', 'c=1']);
  const query = { q: [odd, 1] };
  const first = request({
    httpMethod: 'GET',
    path: '/x',
    requestContext: {},
    multiValueQueryStringParameters: query,
    headers: odd,
  });
  assert.deepEqual([first.target, first.headers.tostring], ['/x?q=1', '1']);
});

test('a body that is no text stays base64, also where that looks like a number', () => {
  const body = Buffer.from('1234', 'base64');
  const rawHeaders = ['content-type', 'image/png'];
  const result = adapterResult({ status: 200, statusText: '', rawHeaders, body }, 'event', settings());
  assert.deepEqual(result, { ok: true, payload: Buffer.from('"1234"') });
});
