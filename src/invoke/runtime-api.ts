import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseTelemetry, registerExtension, serveExtension } from './extensions-api.ts';
import { MAX_RESPONSE } from './frames.ts';
import type { RuntimeCall } from './link.ts';
import { accept, read, refuse } from './runtime-answers.ts';
import type { RuntimeSession } from './runtime-session.ts';

const sessions = new WeakMap<object, RuntimeSession>();

/** Not listening anywhere: connections come from the sandboxes' own listeners, and each is tied to its session. */
const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 0 }, (request, response) => {
  response.on('error', () => {});
  const session = sessions.get(request.socket);
  if (!session) return void request.socket.destroy();
  route(request, response, session).catch(() => {
    if (response.headersSent) return void request.socket.destroy();
    refuse(response, { status: 400, errorType: 'TruncatedHTTPRequest', errorMessage: 'HTTP request detected as truncated' });
  });
});
server.timeout = 0;

/** Serves the Runtime, Extensions, Telemetry and Logs APIs (spec/runtime-api.md §1–§7) on one connection from inside a sandbox. */
export function serveRuntimeApi(socket: Duplex, session: RuntimeSession): void {
  sessions.set(socket, session);
  server.emit('connection', socket);
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

async function route(request: IncomingMessage, response: ServerResponse, session: RuntimeSession): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0]!;
  const what = `${request.method} ${path}`;
  if (what === 'GET /2018-06-01/runtime/invocation/next') return next(response, session);
  const invocation = request.method === 'POST' ? INVOCATION.exec(path) : null;
  if (invocation) {
    const id = invocation[1]!;
    return invocation[2] === 'response' ? respond(request, response, session, id) : fail(request, response, session, id);
  }
  switch (what) {
    case 'POST /2018-06-01/runtime/init/error':
      return failInit(request, response, session);
    case 'GET /2018-06-01/ping':
      return void response.end('pong');
    case 'POST /2020-01-01/extension/register':
      return registerExtension(request, response, session);
    case 'PUT /2022-07-01/telemetry':
    case 'PUT /2020-08-15/logs':
      return refuseTelemetry(request, response);
  }
  if (path.startsWith('/2020-01-01/extension/')) return serveExtension(request, response, session);
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
}

function next(response: ServerResponse, session: RuntimeSession): void {
  const answer = (call: RuntimeCall) => {
    response.writeHead(200, headersOf(call));
    response.end(call.payload);
  };
  const refusal = session.next(answer);
  if (refusal) return void refuse(response, refusal);
  response.once('close', () => session.abandoned(answer));
}

function headersOf(call: RuntimeCall): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'Lambda-Runtime-Aws-Request-Id': call.requestId,
    'Lambda-Runtime-Deadline-Ms': Math.round(call.deadline),
    'Lambda-Runtime-Invoked-Function-Arn': call.arn,
    'Content-Type': call.contentType,
    'Content-Length': call.payload.byteLength,
  };
  if (call.traceId !== undefined) headers['Lambda-Runtime-Trace-Id'] = headerText(call.traceId);
  if (call.clientContext !== undefined) headers['Lambda-Runtime-Client-Context'] = headerText(call.clientContext);
  return headers;
}

/**
 * A header carries bytes: JSON text goes as its UTF-8 bytes, line breaks as spaces (white space to JSON), other control characters, which
 * can only stand in its strings and end a header, in JSON's escapes.
 */
function headerText(json: string): string {
  const line = json.replace(/[\r\n]+/g, ' ');
  const safe = line.replace(
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(safe).toString('latin1');
}

async function respond(request: IncomingMessage, response: ServerResponse, session: RuntimeSession, id: string): Promise<void> {
  const mode = request.headers['lambda-runtime-function-response-mode'];
  const refusal = session.mayAnswer(id, 'InvocationResponse');
  if (refusal) return drainThen(request, () => refuse(response, refusal));
  if (mode !== undefined && mode !== 'streaming') return refuseMode(request, response, session);
  const body = await read(request, MAX_RESPONSE);
  const late = session.mayAnswer(id, 'InvocationResponse');
  if (late) return refuse(response, late);
  const trailer = request.trailers['lambda-runtime-function-error-type'];
  if (trailer !== undefined) {
    const text = Buffer.from(request.trailers['lambda-runtime-function-error-body'] ?? '', 'base64');
    session.fail(text, trailer, 'application/json');
    return accept(response);
  }
  session.respond(body, request.headers['content-type'] ?? 'application/octet-stream');
  if (body) return accept(response);
  refuse(response, {
    status: 413,
    errorType: 'RequestEntityTooLarge',
    errorMessage: `Exceeded maximum allowed payload size (${MAX_RESPONSE} bytes).`,
  });
}

async function refuseMode(request: IncomingMessage, response: ServerResponse, session: RuntimeSession): Promise<void> {
  const errorType = 'Runtime.InvalidResponseModeHeader';
  session.fail(
    Buffer.from(JSON.stringify({ errorType, errorMessage: 'Invalid function response mode' })),
    errorType,
    'application/json',
  );
  const refusal = { status: 400, errorType: 'InvalidFunctionResponseMode', errorMessage: 'Invalid function response mode' };
  await drainThen(request, () => refuse(response, refusal));
}

async function fail(request: IncomingMessage, response: ServerResponse, session: RuntimeSession, id: string): Promise<void> {
  const refusal = session.mayAnswer(id, 'InvocationErrorResponse');
  if (refusal) return drainThen(request, () => refuse(response, refusal));
  const body = errorBody(request, (await read(request, MAX_RESPONSE)) ?? Buffer.alloc(0));
  const late = session.mayAnswer(id, 'InvocationErrorResponse');
  if (late) return refuse(response, late);
  session.fail(body.payload, errorTypeOf(request), body.contentType);
  accept(response);
}

async function failInit(request: IncomingMessage, response: ServerResponse, session: RuntimeSession): Promise<void> {
  const refusal = session.mayFailInit();
  if (refusal) return drainThen(request, () => refuse(response, refusal));
  const body = (await read(request, MAX_RESPONSE)) ?? Buffer.alloc(0);
  const late = session.mayFailInit();
  if (late) return refuse(response, late);
  session.failInit(body, errorTypeOf(request));
  accept(response);
}

/** The type as it is recorded, not as it is shown to the caller (spec/runtime-api.md §2.3). */
function errorTypeOf(request: IncomingMessage): string {
  const given = String(request.headers['lambda-runtime-function-error-type'] ?? '');
  if (/^(Runtime|Function)\.[A-Z][a-zA-Z]+$/.test(given)) return given;
  return given.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}

function errorBody(request: IncomingMessage, body: Buffer): { payload: Buffer; contentType: string } {
  if (request.headers['content-type'] !== 'application/vnd.aws.lambda.error.cause+json')
    return { payload: body, contentType: request.headers['content-type'] ?? 'application/json' };
  try {
    const { errorCause: _, ...rest } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return { payload: Buffer.from(JSON.stringify(rest)), contentType: 'application/json' };
  } catch {
    return { payload: Buffer.from('"Invalid error body"'), contentType: 'application/octet-stream' };
  }
}

async function drainThen(request: IncomingMessage, answer: () => void): Promise<void> {
  await read(request, 0);
  answer();
}
