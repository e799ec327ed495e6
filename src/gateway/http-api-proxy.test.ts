import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HttpIntegration } from '../model/index.ts';
import { type ApiStage, openApiStage } from './http-api.fixture.ts';
import { openUpstream, type Upstream } from './upstream.fixture.ts';

let room: ApiStage;
let upstream: Upstream;
before(async () => {
  upstream = await openUpstream();
  room = await openApiStage({ mayConnect: (address, port) => address === '127.0.0.1' && port !== 1 });
  const to = (url: string, more: object = {}) => ({ integration: { kind: 'http', url, ...more } as Partial<HttpIntegration> });
  room.add(
    'web',
    {
      'ANY /all/{proxy+}': to(`${upstream.url}/base/{proxy}`),
      'GET /one/{id}': to(`${upstream.url}/items/{id}?fixed=1`, { method: 'POST' }),
      'GET /path/{id}': to(`${upstream.url}/x`, {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own form
        requestParameters: { 'overwrite:path': '/over/${request.path.id}', 'append:header.x-add': 'v' },
      }),
      'GET /hang': to(`${upstream.url}/hang`, { timeoutMs: 60 }),
      'GET /closed': to('http://127.0.0.1:1/'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own form
      'GET /staged': to('http://${stageVariables.host}/s'),
      $default: to(`${upstream.url}/rest`),
    },
    { variables: { host: upstream.host } },
  );
});
after(async () => {
  await room.close();
  upstream.close();
});

test('method, headers, query and body go to the other server, and its answer comes back', async () => {
  const reply = await room.visit('web', {
    method: 'PUT',
    path: '/all/a%20b/c?x=%20y&x=2',
    headers: { 'x-own': '1', cookie: 'c=1', 'x-forwarded-for': '6.6.6.6', 'content-type': 'text/plain' },
    body: 'text',
  });
  assert.deepEqual([reply.status, reply.headers['set-cookie'], reply.headers['x-up']], [418, ['a=1', 'b=2'], 'yes']);
  const said = JSON.parse(reply.text);
  assert.deepEqual([said.method, said.url, said.body], ['PUT', '/base/a%20b/c?x=%20y&x=2', 'text']);
  assert.deepEqual([said.headers['x-own'], said.headers.cookie, said.headers.host], ['1', 'c=1', upstream.host]);
  assert.equal(said.headers['x-forwarded-for'], '127.0.0.1');
  assert.match(said.headers.forwarded, /^for=127\.0\.0\.1;host=web\.execute-api\.us-east-1\.localhost;proto=http$/);
});

test('an answer to HEAD tells the length that GET would have', async () => {
  const reply = await room.visit('web', { method: 'HEAD', path: '/all/x' });
  assert.deepEqual([reply.status, reply.headers['content-length'], reply.text], [200, '1234', '']);
});

test('variables, fixed queries, other methods and paths', async () => {
  const said = async (path: string) => JSON.parse((await room.visit('web', { path })).text);
  const one = await said('/one/a%2Fb?q=1');
  assert.deepEqual([one.method, one.url], ['POST', '/items/a%2Fb?fixed=1&q=1']);
  const over = await said('/path/7?q=1');
  assert.deepEqual([over.url, over.headers['x-add']], ['/over/7?q=1', 'v']);
  assert.equal((await said('/staged')).url, '/s');
  assert.equal((await said('/elsewhere/x')).url, '/rest');
});

test('no variable climbs out of the path', async () => {
  for (const path of ['/all/..%2F..%2Fsecret', '/all/%2e%2e/secret', '/all/a/../../secret', '/all/..%5csecret', '/one/..']) {
    const reply = await room.visit('web', { path });
    assert.deepEqual([reply.status, reply.text], [400, '{"message":"Bad Request"}'], path);
  }
});

test('what cannot be reached or does not answer in time is unavailable', async () => {
  for (const path of ['/hang', '/closed']) {
    const reply = await room.visit('web', { path });
    assert.deepEqual([reply.status, reply.text], [503, '{"message":"Service Unavailable"}'], path);
  }
});
