import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { platformFailure } from '../kernel/index.ts';
import { type ControlRequest, controlRoute, keyActor, type RoutedRequest } from '../model/index.ts';
import { ask, openStage, raw } from './gateway.fixture.ts';

async function stage(t: TestContext, mode: 'local' | 'strict' = 'local') {
  const joined: Duplex[] = [];
  const asked: Pick<ControlRequest, 'actor' | 'place' | 'signal'>[] = [];
  const handle = async (request: RoutedRequest<{ readonly name: string }>) => {
    asked.push(request);
    if (request.params.name === 'refused') throw platformFailure('TargetBusy', 'too many');
    const inner = request.params.name === 'deaf' ? new Duplex({ read() {}, write() {} }) : new PassThrough();
    joined.push(inner);
    return inner;
  };
  const access = {
    findActor: async (given: object) => ('token' in given && given.token === 'good' ? keyActor('000000000000') : undefined),
  };
  const controlRoutes = [
    controlRoute({ method: 'POST', path: '/tunnel/:name', summary: '', upgrades: true, answer: z.unknown(), handle }),
  ];
  const open = await openStage({ auth: { mode, access }, controlRoutes });
  t.after(open.close);
  return { ...open, joined, asked };
}

/** Asks for a tunnel; resolves to the connection, or to the status of a refusal. */
function tunnel(port: number, path: string, headers: Record<string, string> = {}): Promise<net.Socket | number> {
  return new Promise((resolve, reject) => {
    const upgrade = { connection: 'Upgrade', upgrade: 'tcp', ...headers };
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', path, headers: upgrade, agent: false });
    request.once('upgrade', (_, socket) => resolve(socket as net.Socket));
    request.once('response', (response) => resolve(response.resume().statusCode!));
    request.once('error', reject);
    request.end();
  });
}

const PATH = '/_dalamb/api/v1/tunnel/one';

test('bytes go both ways behind the answer 101, and the end of one side is the end of both', async (t) => {
  const { port, joined } = await stage(t);
  const socket = (await tunnel(port, PATH)) as net.Socket;
  const large = Buffer.alloc(2_000_000, 'x');
  socket.write(large);
  let got = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    got += chunk.length;
    if (got >= large.length) break;
  }
  assert.equal(got, large.length);
  joined[0]!.destroy();
  await once(socket.resume(), 'close');
  const other = (await tunnel(port, PATH)) as net.Socket;
  other.destroy();
  await once(joined[1]!, 'close');
});

test('who does not take what is sent is not sent more', async (t) => {
  const { port } = await stage(t);
  const socket = (await tunnel(port, '/_dalamb/api/tunnel/deaf')) as net.Socket;
  let sent = 0;
  while (socket.write(Buffer.alloc(65_536)) || sent < 64_000_000) {
    sent += 65_536;
    if (socket.writableLength > 1_000_000) break;
    await new Promise((resolve) => setTimeout(resolve, socket.writableNeedDrain ? 5 : 0));
  }
  assert.ok(sent < 64_000_000, 'it must stand still');
  socket.destroy();
});

test('what was sent with the request is not lost', async (t) => {
  const { port } = await stage(t);
  const head = `POST ${PATH} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n`;
  const answer = await raw(port, `${head}early`);
  assert.ok(answer.startsWith('HTTP/1.1 101 ') && answer.endsWith('\r\n\r\nearly'), answer);
});

test('token, role and route are asked for as ever, and a refusal is an ordinary answer', async (t) => {
  const { port, asked } = await stage(t, 'strict');
  assert.equal(await tunnel(port, PATH), 401);
  const token = { authorization: 'Bearer good' };
  assert.equal(await tunnel(port, `${PATH}?account=333333333333`, token), 403);
  assert.equal(await tunnel(port, '/_dalamb/api/v1/none', token), 404);
  assert.equal(await tunnel(port, PATH, { ...token, origin: 'https://evil.example' }), 403);
  assert.equal(await tunnel(port, PATH, { ...token, host: 'evil.example' }), 421);
  assert.equal(asked.length, 0);
  assert.equal(await tunnel(port, '/_dalamb/api/v1/tunnel/refused', token), 503);
  const plain = await ask(port, { method: 'POST', path: PATH, headers: token });
  assert.deepEqual([plain.status, plain.headers.upgrade], [426, 'tcp']);
});

test('nothing else is upgraded: other protocols and other paths are answered as if they had not asked', async (t) => {
  const { port, asked } = await stage(t);
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  assert.equal((await ask(port, { path: '/_dalamb/health', headers: upgrade })).status, 200);
  assert.equal((await ask(port, { path: '/_dalamb/health', headers: { connection: 'Upgrade', upgrade: 'tcp' } })).status, 200);
  assert.equal(await tunnel(port, PATH, { upgrade: 'h2c' }), 426);
  assert.equal(asked.length, 0);
});

test('open tunnels do not hold up the end', async (t) => {
  const { port, joined, close } = await stage(t);
  const socket = (await tunnel(port, PATH)) as net.Socket;
  const ended = Promise.all([once(socket.resume(), 'close'), once(joined[0]!, 'close')]);
  await close();
  await ended;
});
