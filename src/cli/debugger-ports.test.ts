import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { fail } from '../kernel/index.ts';
import type { DevDebuggers } from '../model/index.ts';
import type { Api } from './api.ts';
import { createDebuggerPorts, firstPort } from './debugger-ports.ts';
import type { Stage } from './stage.ts';
import { openTunnel } from './tunnel.ts';

/** A server whose tunnels say which process they lead to, and then what they are told. */
async function platform(t: TestContext) {
  const server = http.createServer((_, response) => response.writeHead(409).end('{"error":{"code":"Busy","message":"busy"}}'));
  const carried: string[] = [];
  server.on('upgrade', (request, socket) => {
    carried.push(request.url!);
    socket.on('error', () => {});
    if (request.url === '/none') return void socket.destroy();
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n${request.url} `);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`, carried };
}

async function ports(t: TestContext, debuggers: DevDebuggers['debuggers'], first = 0, refusing = false) {
  const { url } = await platform(t);
  const api: Partial<Api> = {
    get: async <Answer>() => ({ debuggers }) as Answer,
    tunnel: async (path) => {
      if (refusing) throw fail('SandboxUnavailable', 'it does not start');
      return (await openTunnel(url + path, {})) as net.Socket;
    },
  };
  const opened = new Map<string, number>();
  const refused: string[] = [];
  const all = createDebuggerPorts({
    stage: { api: () => api } as unknown as Stage,
    app: 'shop',
    first,
    opened: (process, port) => opened.set(process, port),
    refused: (process, why) => refused.push(`${process}: ${why}`),
  });
  t.after(() => all.close());
  return { all, opened, refused };
}

/** What comes back over a port, until it was so much. */
async function talk(port: number, text: string, bytes: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
  let got = '';
  for await (const chunk of socket) {
    got += chunk;
    if (got.length >= bytes) break;
  }
  return got;
}

test('each process has a port, and what goes through it reaches its debugger', async (t) => {
  const processes: DevDebuggers['debuggers'] = [
    { process: 'web', protocol: 'inspector' },
    { process: 'go', refused: 'Go has none' },
    { process: 'mail', protocol: 'debugpy' },
  ];
  const { all, opened, refused } = await ports(t, processes);
  await all.follow(['web', 'go', 'mail']);
  assert.deepEqual([[...opened.keys()], refused], [['web', 'mail'], ['go: Go has none']]);
  const expected = '/apps/shop/dev/debuggers/web hello';
  assert.equal(await talk(opened.get('web')!, 'hello', expected.length), expected);
  const large = 'x'.repeat(3_000_000);
  const echoed = `/apps/shop/dev/debuggers/mail ${large}`;
  assert.ok((await talk(opened.get('mail')!, large, echoed.length)) === echoed);
  const gone = net.connect(opened.get('web')!, '127.0.0.1');
  gone.on('error', () => {});
  await once(gone, 'data');
  await all.follow(['mail']);
  await once(gone, 'close');
  await assert.rejects(once(net.connect(opened.get('web')!, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
});

test('ports are counted up, past those that are taken', async (t) => {
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as net.AddressInfo;
  const processes = ['a', 'b'].map((process) => ({ process, protocol: 'inspector' }) as const);
  const { all, opened } = await ports(t, processes, port);
  await all.follow(['a', 'b']);
  assert.ok(opened.get('a')! > port && opened.get('b')! > opened.get('a')!);
});

test('why a debugger cannot be reached is said once, however often it is tried', async (t) => {
  const { all, opened, refused } = await ports(t, [{ process: 'web', protocol: 'inspector' }], 0, true);
  await all.follow(['web']);
  for (let tried = 0; tried < 3; tried++) {
    const socket = net.connect(opened.get('web')!, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'close');
  }
  assert.deepEqual(refused, ['web: it does not start']);
});

test('an answer other than 101 is given back, and a server that hangs up is an error', async (t) => {
  const { url } = await platform(t);
  await assert.rejects(openTunnel(`${url}/none`, {}), { code: 'ECONNRESET' });
  const plain = http.createServer((_, response) => response.writeHead(409).end('no'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  t.after(() => plain.close());
  const answer = await openTunnel(`http://127.0.0.1:${(plain.address() as net.AddressInfo).port}/x`, {});
  assert.deepEqual(answer instanceof Response && [answer.status, await answer.text()], [409, 'no']);
});

test('where ports begin', () => {
  assert.deepEqual([undefined, true, '0', '9300'].map(firstPort), [undefined, 9229, 0, 9300]);
  for (const wrong of ['65536', 'x', '-1']) assert.throws(() => firstPort(wrong), { code: 'WrongUsage' });
});
