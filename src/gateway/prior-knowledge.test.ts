import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { after, before, test } from 'node:test';
import type { OperationContext } from '../model/index.ts';
import { openStage, type Stage } from './gateway.fixture.ts';

const INVOKE = '/2015-03-31/functions/f/invocations';
let stage: Stage;

before(async () => {
  stage = await openStage({ limits: { headersMs: 300 } });
});
after(() => stage.close());

interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: string;
}

async function ask(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders, body?: string): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [answered] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
  let text = '';
  for await (const chunk of stream) text += chunk;
  return { status: answered[':status'], headers: answered, body: text };
}

async function withSession(work: (session: http2.ClientHttp2Session) => Promise<void>): Promise<void> {
  const session = http2.connect(`http://127.0.0.1:${stage.port}`);
  try {
    await work(session);
  } finally {
    session.close();
  }
}

/** Writes pieces one after the other on a connection of its own; resolves to what came back until text did, or the end. */
function exchange(pieces: readonly string[], until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(stage.port, '127.0.0.1');
    let seen = '';
    socket.on('error', reject).on('close', () => resolve(seen));
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1');
      if (seen.includes(until)) socket.destroy();
    });
    const [first, ...rest] = pieces;
    socket.setNoDelay(true).write(first ?? '', 'latin1');
    const next = () => {
      const piece = rest.shift();
      if (piece === undefined) return;
      socket.write(piece, 'latin1');
      setTimeout(next, 5);
    };
    setTimeout(next, 5);
  });
}

test('HTTP/2 with prior knowledge reaches operations, many at a time on one connection', () =>
  withSession(async (session) => {
    const before = stage.calls.length;
    const bodies = Array.from({ length: 20 }, (_, i) => JSON.stringify({ i }));
    const answers = await Promise.all(bodies.map((body) => ask(session, { ':path': INVOKE, ':method': 'POST' }, body)));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      bodies.map((body) => [200, body]),
    );
    assert.equal(stage.calls.length - before, 20);
    assert.equal(stage.calls.at(-1)!.context.endpoint, `http://127.0.0.1:${stage.port}`);
    assert.equal(answers[0]!.headers.connection, undefined);
  }));

test('a foreign authority is refused, and two different hosts are', () =>
  withSession(async (session) => {
    const foreign = await ask(session, { ':path': '/2015-03-31/functions', ':authority': 'evil.example' });
    assert.equal(foreign.status, 421);
    const both = { ':path': '/2015-03-31/functions', ':authority': `127.0.0.1:${stage.port}`, host: 'evil.example' };
    assert.equal((await ask(session, both)).status, 400);
  }));

test('an answer that is an error arrives whole', () =>
  withSession(async (session) => {
    const { status, headers } = await ask(session, { ':path': '/2015-03-31/nothing', ':method': 'POST' }, '{}');
    assert.equal(status, 404);
    assert.ok(headers['x-amzn-requestid']);
  }));

test('first bytes may come one by one, of either version', async () => {
  const get = `GET /2015-03-31/functions HTTP/1.1\r\nhost: 127.0.0.1:${stage.port}\r\nconnection: close\r\n\r\n`;
  assert.match(await exchange([...get.slice(0, 8), get.slice(8)], 'Functions'), /^HTTP\/1.1 200 OK/);
  const post = `POST ${INVOKE} HTTP/1.1\r\nhost: 127.0.0.1:${stage.port}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`;
  assert.match(await exchange(['P', post.slice(1)], '{}'), /^HTTP\/1.1 200 OK/);
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
  // A settings frame: its length, and type 4.
  assert.match(await exchange([...preface.slice(0, 5), preface.slice(5)], '\x04\0'), /^\0\0.\x04/s);
});

test('neither garbage nor silence keeps a connection', async () => {
  assert.match(await exchange(['PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'], 'never'), /^HTTP\/1.1 400|^$/);
  assert.equal(await exchange([''], 'never'), '');
});

test('an operation is told when its client has gone, and only then', async () => {
  const waiting = Promise.withResolvers<OperationContext>();
  const slow = Promise.withResolvers<object>();
  const lambda = {
    operations: {
      ListFunctions: async (_: never, context: OperationContext) => {
        waiting.resolve(context);
        return context.signal.aborted ? {} : slow.promise;
      },
    },
    access: () => [],
  };
  const other = await openStage({ services: { lambda } });
  const session = http2.connect(`http://127.0.0.1:${other.port}`);
  const stream = session.request({ ':path': '/2015-03-31/functions' }).on('error', () => {});
  const { signal } = await waiting.promise;
  assert.equal(signal.aborted, false);
  stream.destroy();
  if (!signal.aborted) await once(signal, 'abort');
  slow.resolve({ Functions: [] });
  session.destroy();
  await other.close();
});

test('a client that takes nothing of its answers, or lets one body rest among others, is not waited for', async () => {
  const impatient = await openStage({ limits: { bodyMs: 300, answerMs: 300, lingerMs: 300 } });
  const headers = { ':path': INVOKE, ':method': 'POST' };
  try {
    const deaf = http2.connect(`http://127.0.0.1:${impatient.port}`, { settings: { initialWindowSize: 0 } });
    for (let i = 0; i < 20; i++)
      deaf
        .request(headers)
        .on('error', () => {})
        .end(JSON.stringify('x'.repeat(50_000)));
    deaf.on('error', () => {});
    await once(deaf, 'close');

    const busy = http2.connect(`http://127.0.0.1:${impatient.port}`);
    const resting = busy.request({ ...headers, 'content-length': '1000' }, { endStream: false });
    resting.write('{');
    let refused: number | undefined;
    resting.once('response', (answered) => {
      refused = answered[':status'];
    });
    while (refused === undefined) assert.equal((await ask(busy, headers, JSON.stringify('y'.repeat(2000)))).status, 200);
    assert.ok(refused >= 400);
    busy.destroy();
  } finally {
    await impatient.close();
  }
});

test('stopping waits neither for those that rest nor for those that never spoke', async () => {
  const other = await openStage({ limits: { headersMs: 60_000 } });
  const session = http2.connect(`http://127.0.0.1:${other.port}`);
  const silent = net.connect(other.port, '127.0.0.1');
  await Promise.all([once(session, 'connect'), once(silent, 'connect')]);
  const gone = (one: http2.ClientHttp2Session | net.Socket) =>
    new Promise<void>((resolve) => one.on('error', () => {}).once('close', () => resolve()));
  const closed = Promise.all([gone(session), gone(silent)]);
  await other.gateway.stop(new AbortController().signal);
  await closed;
});
