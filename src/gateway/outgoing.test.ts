import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { isFailure, systemClock } from '../kernel/index.ts';
import { createOutgoing, type OutgoingRequest } from './outgoing.ts';

let server: http.Server;
let authority: string;
const outgoing = createOutgoing({ clock: systemClock, mayConnect: (address, port) => address === '127.0.0.1' && port !== 1 });
before(async () => {
  server = http.createServer((req, res) => {
    if (req.url === '/hang') return;
    if (req.url === '/cut') return void res.destroy();
    if (req.url === '/once') return void res.end('x', () => setImmediate(() => res.socket?.resetAndDestroy()));
    if (req.url === '/large') return void res.end('x'.repeat(2000));
    const said = { method: req.method, url: req.url, headers: req.headers };
    req.on('data', () => {});
    req.on('end', () => res.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] }).end(JSON.stringify(said)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  outgoing.close();
  server.closeAllConnections();
  server.close();
});

const ask = (more: Partial<OutgoingRequest> = {}) =>
  outgoing.request({
    protocol: 'http:',
    authority,
    path: '/',
    method: 'GET',
    headers: {},
    timeoutMs: 5000,
    maxBytes: 1000,
    ...more,
  });
const rejects = async (call: Promise<unknown>, code: string, text: RegExp) => {
  await assert.rejects(call, (error) => isFailure(error, code) && text.test(error.message));
};

test('the path goes as it is, headers with all their values', async () => {
  const headers = { 'x-a': ['1', '2'], cookie: 'c=1' };
  const answer = await ask({ method: 'POST', path: '/a%2Fb/../c?d=%20', headers, body: Buffer.from('text') });
  const said = JSON.parse(answer.body.toString());
  assert.deepEqual([answer.status, answer.headers['set-cookie']], [201, ['a=1', 'b=2']]);
  assert.deepEqual(
    [said.method, said.url, said.headers['x-a'], said.headers.host],
    ['POST', '/a%2Fb/../c?d=%20', '1, 2', authority],
  );
});

test('what may not be reached is not, by address or by name', async () => {
  await rejects(ask({ authority: '127.0.0.2:80' }), 'Unreachable', /closed by the egress settings/);
  await rejects(ask({ authority: '[::1]:80' }), 'Unreachable', /closed/);
  await rejects(ask({ authority: 'localhost:1' }), 'Unreachable', /localhost:1 is closed/);
  await rejects(ask({ authority: 'user@127.0.0.1' }), 'Unreachable', /no host/);
});

test('answers that do not come, break or are too large are failures', async () => {
  await rejects(ask({ path: '/hang', timeoutMs: 20 }), 'OutgoingTimeout', /20 ms/);
  await rejects(ask({ path: '/cut' }), 'Unreachable', /./);
  await rejects(ask({ path: '/large' }), 'OutgoingTooLarge', /1000/);
});

test('a connection that was closed while it rested is replaced, for what may be sent twice', async () => {
  for (let i = 0; i < 5; i++) assert.equal((await ask({ path: '/once' })).status, 200);
  assert.equal((await ask({ path: '/' })).status, 201);
});

test('what can stand in no request is refused', async () => {
  await rejects(ask({ headers: { 'x-a': 'a\r\nb: c' } }), 'OutgoingInvalid', /Invalid character/);
  await rejects(ask({ path: '/a b' }), 'OutgoingInvalid', /unescaped/);
});
