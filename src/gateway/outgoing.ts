import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { type Clock, collect, describe, type Failure, fail, isFailure, judgedLookup } from '../kernel/index.ts';
import type { MayConnect } from '../model/index.ts';

export interface OutgoingRequest {
  readonly protocol: 'http:' | 'https:';
  /** `example.com`, `example.com:8080`, `[::1]:80`. */
  readonly authority: string;
  /** With the query, exactly as it is sent. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
  /** From now to the end of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

export interface Outgoing {
  /** Rejects with Unreachable 503, OutgoingTimeout 504, OutgoingTooLarge 502, OutgoingInvalid 500. Redirects are answers. */
  request(what: OutgoingRequest): Promise<OutgoingAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** Connections to one place, and how many of them stay open without work. */
const SOCKETS = 256;
const IDLE = 16;

/** HTTP requests that the platform makes on somebody's behalf. Each address is judged after its name was looked up, and dialled as judged. */
export function createOutgoing(deps: { readonly clock: Clock; readonly mayConnect: MayConnect }): Outgoing {
  const options = { keepAlive: true, maxSockets: SOCKETS, maxFreeSockets: IDLE, timeout: 30_000 };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  return {
    request: (what) => ask(deps, what, agents[what.protocol]),
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Judges = { readonly clock: Clock; readonly mayConnect: MayConnect };

async function ask(deps: Judges, what: OutgoingRequest, agent: http.Agent): Promise<OutgoingAnswer> {
  const target = targetOf(what);
  if (!target) throw unreachable(`${what.authority} is no host`);
  const { hostname, port } = target;
  if (isIP(hostname) !== 0 && !deps.mayConnect(hostname, port, hostname)) throw closed(hostname, port);
  const lookup = judgedLookup({ mayConnect: deps.mayConnect, port, closed: (name) => closed(name, port) });
  const options = optionsOf(what, { hostname, port, lookup });
  try {
    return await send(deps.clock, what, { ...options, agent });
  } catch (error) {
    // The other side closed the connection while it rested, before it had this request.
    if (!isFailure(error, 'StaleConnection')) throw error;
    return send(deps.clock, what, { ...options, agent: false });
  }
}

function send(clock: Clock, what: OutgoingRequest, options: RequestOptions): Promise<OutgoingAnswer> {
  return new Promise((resolve, reject) => {
    const request = open(what, options);
    const late = fail('OutgoingTimeout', `${what.authority} did not answer in ${what.timeoutMs} ms`, { status: 504 });
    const cancel = clock.after(what.timeoutMs, () => request.destroy(late));
    let answered = false;
    const failed = (error: Error) => {
      cancel();
      request.destroy();
      const stale = request.reusedSocket && !answered && !isFailure(error) && AGAIN.has(what.method);
      if (stale) reject(fail('StaleConnection', error.message, { status: 503 }));
      else reject(isFailure(error) ? error : unreachable(error.message));
    };
    request.once('response', (response) => {
      answered = true;
      answerOf(response, what.maxBytes).then((answer) => {
        cancel();
        resolve(answer);
      }, failed);
    });
    request.on('error', failed);
    request.end(what.body);
  });
}

/** Methods that may be sent twice (RFC 9110 §9.2.2). */
const AGAIN = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Rejects (throws) with OutgoingInvalid 500 for what can stand in no request. */
function open({ protocol }: OutgoingRequest, options: RequestOptions): http.ClientRequest {
  try {
    return (protocol === 'https:' ? https : http).request(options);
  } catch (error) {
    throw fail('OutgoingInvalid', describe(error), { status: 500 });
  }
}

function targetOf({ protocol, authority }: OutgoingRequest): { hostname: string; port: number } | undefined {
  const url = URL.parse(`${protocol}//${authority}/`);
  if (url === null) return undefined;
  if (url.username !== '' || url.hostname === '') return undefined;
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { hostname: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function optionsOf({ path, method, headers, body, authority }: OutgoingRequest, where: RequestOptions): RequestOptions {
  const length = body && body.length > 0 ? { 'content-length': String(body.length) } : {};
  const lists = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]);
  return { ...where, path, method, headers: { ...Object.fromEntries(lists), host: authority, ...length } };
}

async function answerOf(response: IncomingMessage, maxBytes: number): Promise<OutgoingAnswer> {
  const tooLarge = () => fail('OutgoingTooLarge', `the answer has more than ${maxBytes} bytes`, { status: 502 });
  const body = await collect(response, maxBytes, tooLarge);
  const headers = Object.fromEntries(Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]));
  return { status: response.statusCode ?? 0, headers, body };
}

function closed(name: string, port: number): Failure {
  return unreachable(`${name}:${port} is closed by the egress settings`);
}

function unreachable(text: string): Failure {
  return fail('Unreachable', text, { status: 503 });
}
