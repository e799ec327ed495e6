import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { accept, json, read, refuse } from './runtime-answers.ts';
import type { RuntimeSession } from './runtime-session.ts';

const MAX_EXTENSIONS = 10;
const MAX_BODY = 64 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function forbid(response: ServerResponse, errorType: string, errorMessage: string): void {
  refuse(response, { status: 403, errorType, errorMessage });
}

/**
 * `POST extension/register` (spec/runtime-api.md §5), for internal extensions without events: what a client registers to be sent SIGTERM
 * before the end. A subscription is refused by name, for its events would never come.
 */
export async function registerExtension(
  request: IncomingMessage,
  response: ServerResponse,
  session: RuntimeSession,
): Promise<void> {
  const body = await read(request, MAX_BODY);
  const name = String(request.headers['lambda-extension-name'] ?? '');
  if (name === '') return forbid(response, 'Extension.InvalidExtensionName', 'Empty extension name');
  if (!session.open) return forbid(response, 'Extension.RegistrationClosed', 'Extension registration closed already');
  const events = eventsOf(body);
  if (events === undefined)
    return forbid(response, 'InvalidRequestFormat', 'the body is not a JSON object with a list of events');
  const [event] = events;
  if (event !== undefined) return forbid(response, 'Extension.InvalidEventType', `${event}: ${reasonAgainst(event)}`);
  if (session.extensions.some((other) => other.name === name))
    return forbid(response, 'Extension.InvalidExtensionState', 'Extension with this name already registered');
  if (session.extensions.length >= MAX_EXTENSIONS)
    return forbid(response, 'Extension.TooManyExtensions', `Extension limit (${MAX_EXTENSIONS}) reached`);
  const id = randomUUID();
  session.extensions.push({ id, name });
  json(response, 200, session.registration(), { 'Lambda-Extension-Identifier': id });
}

function reasonAgainst(event: string): string {
  if (event === 'SHUTDOWN') return 'internal extensions cannot subscribe to SHUTDOWN';
  if (event === 'INVOKE') return 'extensions that follow invocations are not supported here';
  return 'unknown event';
}

/** `null` and a missing list mean none (aws-lambda-go sends null); undefined: malformed. */
function eventsOf(body: Buffer | undefined): string[] | undefined {
  if (body === undefined) return undefined;
  try {
    const parsed = JSON.parse(body.toString('utf8') || '{}') as { events?: unknown };
    if (parsed === null || typeof parsed !== 'object') return undefined;
    const events = parsed.events ?? [];
    return Array.isArray(events) && events.every((event) => typeof event === 'string') ? events : undefined;
  } catch {
    return undefined;
  }
}

/** `GET extension/event/next` waits for the life of the environment; the two error reports are taken. */
export async function serveExtension(request: IncomingMessage, response: ServerResponse, session: RuntimeSession): Promise<void> {
  await read(request, MAX_BODY);
  const id = request.headers['lambda-extension-identifier'];
  const next = request.method === 'GET' && request.url === '/2020-01-01/extension/event/next';
  const report = request.method === 'POST' && /^\/2020-01-01\/extension\/(init|exit)\/error$/.test(request.url ?? '');
  if (!next && !report) return void response.writeHead(404).end('404 page not found\n');
  if (typeof id !== 'string' || id === '')
    return forbid(response, 'Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
  if (!UUID.test(id)) return forbid(response, 'Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier');
  if (!session.extensions.some((extension) => extension.id === id)) {
    const text = next ? `Unknown extension ${id}` : 'Unknown Lambda-Extension-Identifier';
    return forbid(response, 'Extension.UnknownExtensionIdentifier', text);
  }
  if (next) return;
  if (!request.headers['lambda-extension-function-error-type'])
    return forbid(response, 'Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found');
  accept(response);
}

/** The Telemetry and Logs APIs answer as platforms without them do (spec/runtime-api.md §7). */
export async function refuseTelemetry(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await read(request, MAX_BODY);
  const api = request.url?.endsWith('/logs') ? 'Logs' : 'Telemetry';
  json(response, 202, { errorType: `${api}.NotSupported`, errorMessage: `${api} API is not supported` });
}
