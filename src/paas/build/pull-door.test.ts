import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openPullDoor } from './pull-door.ts';

test('a builder reads repositories by account and region, but images of other applications', async (t) => {
  const asked: string[] = [];
  const door = openPullDoor(
    async (asker, { account, region }, { path, method, range }) => {
      asked.push([asker, account, region, method, path, range ?? '-'].join(' '));
      const body = (async function* () {
        yield Buffer.from('con');
        yield Buffer.from('tent');
      })();
      return { status: 200, headers: { 'content-type': 'x/y' }, ...(method === 'GET' && { body }) };
    },
    { app: 'shop', account: '000000000000' },
  );
  const server = net.createServer((socket) => door.take(socket)).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, method = 'GET') =>
    new Promise<string>((resolve, reject) => {
      const request = http.request({ port, path, method, headers: { range: 'bytes=0-' }, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(`${response.statusCode} ${text}`);
      });
      request.on('error', reject).end();
    });
  assert.equal(await ask('/v2/'), '200 content');
  assert.equal(await ask('/v2/222222222222/us-east-1/team/base/manifests/1'), '200 content');
  assert.equal(await ask('/v2/000000000000/eu-west-1/apps/shop/blobs/sha256:00', 'HEAD'), '200 ');
  for (const path of ['/v2/000000000000/us-east-1/apps/other/manifests/1', '/v2/team/base/manifests/1', '/', '/_dalamb/api'])
    assert.match(await ask(path), /^404 .*no such repository/);
  assert.deepEqual(asked, [
    '000000000000 000000000000  GET /v2/ bytes=0-',
    '000000000000 222222222222 us-east-1 GET /v2/team/base/manifests/1 bytes=0-',
    '000000000000 000000000000 eu-west-1 HEAD /v2/apps/shop/blobs/sha256:00 bytes=0-',
  ]);
  door.close();
});
