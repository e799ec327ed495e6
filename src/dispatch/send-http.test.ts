import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createSendHttp } from './send-http.ts';
import type { Sent } from './subscription.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: http.Server;
let origin: string;
let answer: Answer;
const seen: { url?: string; headers: IncomingMessage['headers']; body: string }[] = [];

before(async () => {
  server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ ...(request.url === undefined ? {} : { url: request.url }), headers: request.headers, body });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const waits = new AbortController().signal;

function send(
  how: Answer,
  { path = '/hook', settings = {}, signal = waits, headers = {} as Record<string, string> } = {},
): Promise<Sent> {
  answer = how;
  return createSendHttp(settings)({ kind: 'http', url: `${origin}${path}`, headers, body: 'Grüße' }, signal);
}

const status =
  (code: number, headers = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end();

test('2xx is done, and what came is what was sent', async () => {
  assert.deepEqual(await send(status(204), { path: '/hook?a=1', headers: { 'x-amz-sns-message-type': 'Notification' } }), {
    ok: true,
  });
  const { url, headers, body } = seen.at(-1)!;
  assert.deepEqual(
    [url, body, headers['x-amz-sns-message-type'], headers['content-length']],
    ['/hook?a=1', 'Grüße', 'Notification', '7'],
  );
});

test('a user in the URL is told to the endpoint', async () => {
  answer = status(200);
  const url = origin.replace('//', '//me:p%40ss@');
  assert.deepEqual(await createSendHttp()({ kind: 'http', url, headers: {}, body: '' }, waits), { ok: true });
  assert.equal(seen.at(-1)!.headers.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
});

test('5xx and 429 may be tried again, other answers never, redirects are not followed', async () => {
  const outcome = async (code: number, headers = {}) => {
    const sent = await send(status(code, headers));
    return sent.ok || sent.retry;
  };
  assert.equal(await outcome(500), true);
  assert.equal(await outcome(429), true);
  assert.equal(await outcome(404), false);
  const before = seen.length;
  assert.equal(await outcome(302, { location: '/elsewhere' }), false);
  assert.equal(seen.length, before + 1);
});

test('who hangs, before the answer or in it, is given up in time', async () => {
  const settings = { timeoutMs: 50 };
  const late = { ok: false, retry: true, reason: 'the endpoint did not answer in time' };
  assert.deepEqual(await send(() => {}, { settings }), late);
  assert.deepEqual(await send((_, response) => response.writeHead(200).write('x'), { settings }), late);
});

test('who refuses, breaks off, or answers no HTTP may be tried again', async () => {
  const broken = await send((request) => request.socket.destroy());
  assert.equal(!broken.ok && broken.retry, true);
  const garbage = await send((request) => request.socket.end('garbage\r\n\r\n'));
  assert.equal(!garbage.ok && garbage.retry, true);
  const huge = await send((request) => request.socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`));
  assert.equal(!huge.ok && huge.retry, true);
  const closed = http.createServer().listen(0);
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const refused = await createSendHttp()({ kind: 'http', url: `http://127.0.0.1:${port}/`, headers: {}, body: '' }, waits);
  assert.match((refused as { reason: string }).reason, /ECONNREFUSED/);
});

test('a huge answer is not read to its end', async () => {
  let closed: Promise<unknown> | undefined;
  const endless: Answer = (_, response) => {
    closed = once(response, 'close');
    response.writeHead(200);
    const more = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  };
  assert.deepEqual(await send(endless), { ok: true });
  await closed;
});

test('addresses are judged after the lookup, and requests are a stranger’s', async () => {
  const asked: unknown[] = [];
  const judge = (verdict: boolean) => (subscriber: string) => (address: string, port: number, name: string) => {
    asked.push([subscriber, address, port, name]);
    return verdict;
  };
  const port = Number(new URL(origin).port);
  const named = { kind: 'http', url: `http://id.lambda-url.us-east-1.localhost:${port}/named`, headers: {}, body: '' } as const;
  const closed = await createSendHttp({ reach: judge(false) })(named, waits, 'arn:x');
  assert.deepEqual(closed, { ok: false, retry: false, reason: 'id.lambda-url.us-east-1.localhost may not be reached' });
  assert.deepEqual(asked, [['arn:x', '127.0.0.1', port, 'id.lambda-url.us-east-1.localhost']]);
  answer = status(200);
  assert.deepEqual(await createSendHttp({ reach: judge(true) })(named, waits), { ok: true });
  assert.equal(seen.at(-1)!.headers['sec-fetch-site'], 'cross-site');
});

test('what can never be sent is said to be so, and a stop ends it', async () => {
  const never = async (sent: Promise<Sent>) => {
    const result = await sent;
    assert.equal(result.ok, false);
    assert.equal(!result.ok && result.retry, false);
  };
  await never(createSendHttp()({ kind: 'http', url: 'ftp://x', headers: {}, body: '' }, waits));
  await never(createSendHttp()({ kind: 'http', url: 'nonsense', headers: {}, body: '' }, waits));
  await never(send(status(200), { headers: { 'x-bad': 'a\r\nb' } }));
  await never(send(status(200), { settings: { reach: () => () => false } }));
  for (const host of ['169.254.169.254', '2852039166', '[::ffff:169.254.169.254]', '[64:ff9b::169.254.169.254]'])
    await never(createSendHttp()({ kind: 'http', url: `http://${host}/`, headers: {}, body: '' }, waits));
  const stopped = await send(status(200), { signal: AbortSignal.abort() });
  assert.equal(!stopped.ok && stopped.retry, true);
});
