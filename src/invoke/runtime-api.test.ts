import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { HttpLink } from './http-link.ts';
import type { LinkEvents, RuntimeCall } from './link.ts';

const INIT = {
  handler: 'h',
  root: '/var/task',
  layers: '/opt',
  runtime: 'provided.al2023',
  format: 'Text',
  level: 'INFO',
} as const;
const VARIABLES = { AWS_LAMBDA_FUNCTION_NAME: 'fn', AWS_LAMBDA_FUNCTION_VERSION: '3' };

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

async function bench(t: { after: (fn: () => void) => void }) {
  const link = new HttpLink();
  const server = net.createServer((socket) => link.connect('runtime', socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    link.close();
    server.close();
  });
  const said: unknown[][] = [];
  const record =
    (name: string) =>
    (...parts: unknown[]) =>
      void said.push([name, ...parts.map((part) => (Buffer.isBuffer(part) ? part.toString() : part))]);
  const events = Object.fromEntries(
    ['result', 'error', 'tooLarge', 'done', 'log', 'output', 'lost'].map((name) => [name, record(name)]),
  );
  const init = link.init({ ...INIT, variables: VARIABLES }, events as unknown as LinkEvents);
  const port = (server.address() as net.AddressInfo).port;
  const ask = (
    method: string,
    path: string,
    body: string | Buffer = '',
    headers: http.OutgoingHttpHeaders = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  return { link, said, init, ask, next: () => ask('GET', '/2018-06-01/runtime/invocation/next') };
}

const CALL: RuntimeCall = {
  requestId: 'id-1',
  payload: Buffer.from('{"e":1}'),
  contentType: 'application/json',
  deadline: 1000.4,
  arn: 'arn:x',
  traceId: 'Root=1',
  clientContext: '{"ü":1}',
};

const REFUSED = {
  errorMessage: 'State transition from Running to Ready failed for runtime. Error: State transition is not allowed',
  errorType: 'InvalidStateTransition',
};

test('next, response, next: headers, bodies and order', async (t) => {
  const { link, said, init, ask, next } = await bench(t);
  const first = next();
  assert.deepEqual(await init, { ok: true });
  link.invoke(CALL);
  const { status, headers, body } = await first;
  assert.equal(status, 200);
  assert.equal(body, '{"e":1}');
  assert.equal(headers['lambda-runtime-aws-request-id'], 'id-1');
  assert.equal(headers['lambda-runtime-deadline-ms'], '1000');
  assert.equal(headers['lambda-runtime-invoked-function-arn'], 'arn:x');
  assert.equal(headers['lambda-runtime-trace-id'], 'Root=1');
  assert.equal(Buffer.from(String(headers['lambda-runtime-client-context']), 'latin1').toString(), '{"ü":1}');
  const early = await next();
  assert.equal(early.status, 403);
  assert.deepEqual(JSON.parse(early.body), REFUSED);
  const wrong = await ask('POST', '/2018-06-01/runtime/invocation/other/response', '1');
  assert.equal(wrong.status, 400);
  assert.deepEqual(JSON.parse(wrong.body), { errorMessage: 'Invalid request ID', errorType: 'InvalidRequestID' });
  const late = await ask('POST', '/2018-06-01/runtime/init/error', '{}');
  assert.equal(late.status, 403);
  const posted = await ask('POST', '/2018-06-01/runtime/invocation/id-1/response', '"r"', { 'Content-Type': 'application/json' });
  assert.equal(posted.status, 202);
  assert.equal(posted.body, '{"status":"OK"}');
  assert.equal((await ask('POST', '/2018-06-01/runtime/invocation/id-1/response', '"again"')).status, 400);
  void next().catch(() => {});
  while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(said, [['result', '"r"', 'application/json'], ['done']]);
});

test('errors: types are recorded, bodies are the payload, causes are taken off', async (t) => {
  const { link, said, ask, next } = await bench(t);
  for (const [type, recorded] of [
    ['Function.Boom', 'Function.Boom'],
    ['Function.x1', 'Function.Unknown'],
    ['whatever', 'Runtime.Unknown'],
  ] as const) {
    const waiting = next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    link.invoke(CALL);
    await waiting;
    const path = '/2018-06-01/runtime/invocation/id-1/error';
    const headers = { 'Lambda-Runtime-Function-Error-Type': type, 'Content-Type': 'application/vnd.aws.lambda.error.cause+json' };
    assert.equal((await ask('POST', path, '{"errorMessage":"m","errorCause":{}}', headers)).status, 202);
    assert.deepEqual(said.at(-1), ['error', '{"errorMessage":"m"}', recorded, 'application/json']);
  }
});

test('whatever a client context is made of, it ends no header', async (t) => {
  const { link, init, next } = await bench(t);
  const waiting = next();
  await init;
  link.invoke({ ...CALL, clientContext: '{\r\n"a":"\u007f\u0000\u0001\tü"}', traceId: 'Root=1\u007f' });
  const { headers } = await waiting;
  const told = Buffer.from(String(headers['lambda-runtime-client-context']), 'latin1').toString();
  assert.equal(told, '{ "a":"\\u007f\\u0000\\u0001\tü"}');
});

test('a body over the limit is refused with 413 and ends the call', async (t) => {
  const { link, said, ask, next } = await bench(t);
  const waiting = next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  link.invoke(CALL);
  await waiting;
  const answer = await ask('POST', '/2018-06-01/runtime/invocation/id-1/response', Buffer.alloc(6_291_557, 'x'));
  assert.equal(answer.status, 413);
  assert.deepEqual(JSON.parse(answer.body), {
    errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
    errorType: 'RequestEntityTooLarge',
  });
  assert.deepEqual(said, [['tooLarge']]);
});

test('streaming answers: a failure in the trailers is the answer, another mode is refused', async (t) => {
  const { link, said, ask, next } = await bench(t);
  const waiting = next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  link.invoke(CALL);
  await waiting;
  const path = '/2018-06-01/runtime/invocation/id-1/response';
  const refused = await ask('POST', path, 'x', { 'Lambda-Runtime-Function-Response-Mode': 'odd' });
  assert.equal(refused.status, 400);
  assert.equal(JSON.parse(refused.body).errorType, 'InvalidFunctionResponseMode');
  assert.equal(said[0]![2], 'Runtime.InvalidResponseModeHeader');
});

test('init errors end the init and are refused after it', async (t) => {
  const { init, ask, next } = await bench(t);
  const answer = await ask('POST', '/2018-06-01/runtime/init/error', '{"errorType":"E"}', {
    'Lambda-Runtime-Function-Error-Type': 'Runtime.Bad',
  });
  assert.equal(answer.status, 202);
  assert.deepEqual(await init, { ok: false, errorType: 'Runtime.Bad', payload: Buffer.from('{"errorType":"E"}') });
  assert.equal((await next()).status, 403);
});

test('extensions: registration by name, once, before the first next; events are refused by name', async (t) => {
  const { link, ask, next } = await bench(t);
  const register = (name: string | undefined, body: string) =>
    ask('POST', '/2020-01-01/extension/register', body, name === undefined ? {} : { 'Lambda-Extension-Name': name });
  const first = await register('GoLangEnableSIGTERM', '{"events":null}');
  assert.equal(first.status, 200);
  assert.deepEqual(JSON.parse(first.body), { functionName: 'fn', functionVersion: '3', handler: 'h' });
  assert.match(String(first.headers['lambda-extension-identifier']), /^[0-9a-f-]{36}$/);
  assert.equal(link.wantsNotice, true);
  const refusals: [string | undefined, string, string][] = [
    [undefined, '{}', 'Extension.InvalidExtensionName'],
    ['GoLangEnableSIGTERM', '{}', 'Extension.InvalidExtensionState'],
    ['a', 'nonsense', 'InvalidRequestFormat'],
    ['a', '{"events":["SHUTDOWN"]}', 'Extension.InvalidEventType'],
    ['a', '{"events":["INVOKE"]}', 'Extension.InvalidEventType'],
  ];
  for (const [name, body, errorType] of refusals) {
    const answer = await register(name, body);
    assert.equal(answer.status, 403);
    assert.equal(JSON.parse(answer.body).errorType, errorType);
  }
  for (let n = 1; n < 10; n++) assert.equal((await register(`e${n}`, '{}')).status, 200);
  assert.equal(JSON.parse((await register('e10', '{}')).body).errorType, 'Extension.TooManyExtensions');
  const poll = (headers: http.OutgoingHttpHeaders) => ask('GET', '/2020-01-01/extension/event/next', '', headers);
  assert.equal(JSON.parse((await poll({})).body).errorType, 'Extension.MissingExtensionIdentifier');
  assert.equal(
    JSON.parse((await poll({ 'Lambda-Extension-Identifier': 'x' })).body).errorType,
    'Extension.InvalidExtensionIdentifier',
  );
  void next().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(JSON.parse((await register('late', '{}')).body).errorType, 'Extension.RegistrationClosed');
  const telemetry = await ask('PUT', '/2022-07-01/telemetry', '{}');
  assert.equal(telemetry.status, 202);
  assert.deepEqual(JSON.parse(telemetry.body), {
    errorType: 'Telemetry.NotSupported',
    errorMessage: 'Telemetry API is not supported',
  });
  assert.equal(JSON.parse((await ask('PUT', '/2020-08-15/logs', '{}')).body).errorType, 'Logs.NotSupported');
  assert.equal((await ask('GET', '/nothing')).status, 404);
  assert.equal((await ask('GET', '/2018-06-01/ping')).body, 'pong');
});
