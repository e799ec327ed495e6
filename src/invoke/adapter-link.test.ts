import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { systemClock } from '../kernel/index.ts';
import { AdapterLink } from './adapter-link.ts';
import type { InitRequest, LinkEvents, RuntimeCall } from './link.ts';

const silent: LinkEvents = { result() {}, error() {}, tooLarge() {}, done() {}, log() {}, output() {}, lost() {} };
const init = (variables: Record<string, string> = {}): InitRequest => ({
  handler: '',
  root: '/var/task',
  layers: '/opt',
  variables,
  runtime: '',
  format: 'Text',
  level: 'INFO',
});

function call(event: unknown): RuntimeCall {
  const payload = Buffer.from(JSON.stringify(event));
  const nothing = { traceId: undefined, clientContext: undefined };
  return { requestId: 'r', payload, contentType: 'application/json', deadline: 0, arn: 'arn', ...nothing };
}

/** A link to a server of this process; ask resolves with what the environment is told. */
async function linked(t: TestContext, listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const state = { connections: 0, refuse: 0 };
  const open = async () => {
    if (state.refuse-- > 0) return undefined;
    state.connections++;
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const link = new AdapterLink(open, systemClock);
  t.after(() => {
    link.close();
    server.closeAllConnections();
    server.close();
  });
  let told: (said: string) => void = () => {};
  const events: LinkEvents = {
    ...silent,
    result: (payload) => told(`result ${payload}`),
    error: (payload, errorType) => told(`error ${errorType} ${payload}`),
    tooLarge: () => told('too large'),
  };
  const ask = (event: unknown) =>
    new Promise<string>((resolve) => {
      told = resolve;
      link.invoke(call(event));
    });
  return { link, events, ask, state };
}

test('waits until the server is there and says that it is ready', async (t) => {
  const seen: string[] = [];
  const { link, events, state } = await linked(t, (request, response) => {
    seen.push(request.url!);
    response.writeHead(seen.length < 3 ? 500 : 404).end();
  });
  state.refuse = 3;
  assert.deepEqual(await link.init(init({ AWS_LWA_READINESS_CHECK_PATH: '/up' }), events), { ok: true });
  assert.deepEqual(seen, ['/up', '/up', '/up']);
});

test('a TCP check asks nothing', async (t) => {
  const { link, events } = await linked(t, () => assert.fail('nothing was to be asked'));
  assert.deepEqual(await link.init(init({ AWS_LWA_READINESS_CHECK_PROTOCOL: 'tcp' }), events), { ok: true });
});

test('requests soon after one another share a connection; one that the server closed is not used again', async (t) => {
  let close = false;
  const { link, events, ask, state } = await linked(t, (request, response) => {
    request.resume();
    if (close) response.setHeader('connection', 'close');
    response.end('1');
  });
  await link.init(init(), events);
  for (let i = 0; i < 5; i++) assert.equal(await ask({ i }), 'result 1');
  assert.equal(state.connections, 1);
  close = true;
  for (let i = 0; i < 3; i++) assert.equal(await ask({ i }), 'result 1');
  assert.equal(state.connections, 3, 'the first of the three came over the open one');
});

test('a server that answers nothing, not whole, or too much', async (t) => {
  const { link, events, ask } = await linked(t, (request, response) => {
    request.resume().on('end', () => {
      const how = request.headers['x-how'];
      if (how === 'nothing') return void request.socket.destroy();
      if (how === 'half') {
        response.writeHead(200, { 'content-length': 10 });
        return void response.write('half', () => request.socket.destroy());
      }
      if (how === 'no-http') return void request.socket.end('SSH-2.0\r\n\r\n');
      if (how === 'upgrade') return void request.socket.write('HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
      response.end(how === 'too-much' ? Buffer.alloc(7 * 1024 * 1024) : 'ok');
    });
  });
  await link.init(init(), events);
  const how = (word: string) =>
    ask({ version: '2.0', rawPath: '/', headers: { 'x-how': word }, requestContext: { http: { method: 'POST' } } });
  for (const word of ['nothing', 'half', 'no-http', 'upgrade'])
    assert.match(await how(word), /^error Runtime\.ServerUnreachable .*the server at port 8080 gave no answer/, word);
  assert.equal(await how('too-much'), 'too large');
  assert.match(await how('fine'), /^result .*"body":"ok"/, 'it serves on');
});

test('settings that are not followed fail the init, by name', async (t) => {
  const { link, events } = await linked(t, () => {});
  const result = await link.init(init({ AWS_LWA_ENABLE_COMPRESSION: 'true' }), events);
  assert.ok(!result.ok && result.errorType === 'Runtime.InvalidAdapterSettings');
  assert.match(result.payload.toString(), /AWS_LWA_ENABLE_COMPRESSION=true is not implemented/);
});

test('a server that starts late goes on starting in its first call, where that is asked for', async () => {
  const clock = manualClock();
  const link = new AdapterLink(async () => undefined, clock);
  let over = false;
  const ready = link.init(init({ AWS_LWA_ASYNC_INIT: 'true' }), silent).then((result) => {
    over = true;
    return result;
  });
  await clock.advance(9799);
  assert.equal(over, false);
  await clock.advance(1);
  assert.deepEqual(await ready, { ok: true });
  link.close();
});

test('after close nothing is said, and nothing is asked', async (t) => {
  let asked = 0;
  const { link, events, state } = await linked(t, () => void asked++);
  await Promise.race([link.init(init(), events), new Promise((resolve) => setTimeout(resolve, 100))]);
  link.close();
  const before = state.connections;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([state.connections, asked], [before, 1]);
});

test('an event that no request can be made of fails that call, and nothing else', async (t) => {
  const { link, events, ask } = await linked(t, (_, response) => response.end('"ok"'));
  await link.init(init(), events);
  const event = { version: '2.0', requestContext: { http: { method: 'GET' } }, rawPath: '/', headers: { 'bad\u0000name': 'x' } };
  assert.match(await ask({ ...event, rawPath: { toString: 1 } }), /^result /);
  assert.match(await ask({ ...event, headers: { host: ['a', 'b'] } }), /^(result|error) /);
  assert.match(await ask({ after: 'that' }), /^result "ok"/);
});
