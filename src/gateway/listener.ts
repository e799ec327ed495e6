import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Service } from '../kernel/index.ts';
import { fail, platformFailure } from '../kernel/index.ts';
import { endIfEndless } from './answer.ts';
import { awaitedBody } from './body.ts';
import type { Arrival } from './exchange.ts';
import { serveBoth } from './prior-knowledge.ts';
import { createTunnels } from './tunnels.ts';

export interface ListenerLimits {
  /** Connections at a time; more are closed at once. */
  readonly connections: number;
  /** Bytes of request line and headers together; 431 above. */
  readonly headerBytes: number;
  /** Ms for the headers of a request, from the connection or its first byte. */
  readonly headersMs: number;
  /** Ms in which a body must bring at least 1 KiB, or its rest. */
  readonly bodyMs: number;
  /** Ms in which a client must take some of a waiting answer. */
  readonly answerMs: number;
  /** Ms that a connection may rest between requests. */
  readonly idleMs: number;
  /** Ms for the rest of a body nobody reads, after the answer. */
  readonly lingerMs: number;
  /** Requests of one connection that may be unanswered (pipelining); more close it. */
  readonly pipelined: number;
}

export const defaultListenerLimits: ListenerLimits = {
  connections: 16_384,
  headerBytes: 32 * 1024,
  headersMs: 30_000,
  bodyMs: 30_000,
  answerMs: 60_000,
  idleMs: 75_000,
  lingerMs: 10_000,
  pipelined: 32,
};

export interface ListenerOptions {
  readonly limits: ListenerLimits;
  readonly clock: Clock;
  readonly handle: (arrival: Arrival) => void;
  /** Which requests for another protocol are served; all others are answered as if they had not asked. Default none. */
  readonly upgrades?: (req: IncomingMessage) => boolean;
}

export interface Listener {
  /** Rejects when the address cannot be had. */
  listen(port: number, host: string): Promise<number>;
  /** Serves a connection that was accepted elsewhere. */
  adopt(socket: Duplex): void;
  stop: Service['stop'];
  /** Watches the requests under way; call every second or so. */
  sweep(): void;
  counts(): { readonly connections: number; readonly requests: number };
}

/** A request under way, and when it last made progress. */
interface Flight {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  read: number;
  written: number;
  pending: number;
  at: number;
  closed: boolean;
}

const LEAST_BODY = 1024;

/** Counts the unanswered requests of a socket on the socket itself. */
const unanswered = Symbol('unanswered');
type Counted = Duplex & { [unanswered]?: number };

export function createListener(options: ListenerOptions): Listener {
  const { limits, clock } = options;
  const flights = new Set<Flight>();
  const adopted = new Set<Duplex>();
  let stopping = false;

  const take = (req: IncomingMessage, res: ServerResponse, expectsContinue: boolean) => {
    const socket = req.socket as Counted;
    const count = (socket[unanswered] ?? 0) + 1;
    if (count > limits.pipelined) return void socket.destroy();
    socket[unanswered] = count;
    const flight = { req, res, read: 0, written: 0, pending: 0, at: clock.monotonic(), closed: false };
    flights.add(flight);
    res.on('close', () => {
      socket[unanswered]! -= 1;
      flight.closed = true;
      flight.at = clock.monotonic();
      if (req.complete || socket.destroyed) flights.delete(flight);
      if (stopping && socket[unanswered] === 0) socket.end();
    });
    options.handle({ req, res, expectsContinue });
  };

  const server = createServer(options);
  server.on('request', (req, res) => take(req, res, false));
  server.on('checkContinue', (req, res) => take(req, res, true));
  server.on('clientError', refuseMalformed);
  const tunnels = createTunnels(options.handle);
  server.on('upgrade', tunnels.take);
  const http2 = serveBoth(server, {
    headerBytes: limits.headerBytes,
    firstMs: limits.headersMs,
    idleMs: limits.idleMs,
    streams: limits.pipelined,
    take: (req, res) => take(req, res, false),
  });

  return {
    listen: (port, host) => listen(server, port, host),
    adopt(socket) {
      adopted.add(socket);
      socket.once('close', () => adopted.delete(socket));
      socket.on('error', () => socket.destroy());
      server.emit('connection', socket);
    },
    sweep() {
      const now = clock.monotonic();
      for (const flight of flights) watch(flight, now, limits, flights);
    },
    counts: () => ({ connections: (server as unknown as { _connections: number })._connections, requests: flights.size }),
    async stop(deadline) {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      http2.close();
      for (const { res } of flights) endIfEndless(res);
      tunnels.close();
      for (const socket of adopted) if (!(socket as Counted)[unanswered]) socket.destroy();
      if (!deadline.aborted && flights.size > 0) await drained(flights, deadline);
      http2.destroy();
      for (const socket of adopted) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createServer({ limits, upgrades }: ListenerOptions): http.Server {
  const server = http.createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersMs),
    shouldUpgradeCallback: (req) => upgrades?.(req) ?? false,
  });
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 200;
  return server;
}

function listen(server: http.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error) =>
      reject(platformFailure('ConfigInvalid', `cannot listen on ${host}:${port}: ${error.message}`));
    server.once('error', refused);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off('error', refused);
      resolve((server.address() as import('node:net').AddressInfo).port);
    });
  });
}

/** Looks at one request: a body that trickles, an answer that is not taken, a rest that nobody reads. */
function watch(flight: Flight, now: number, limits: ListenerLimits, flights: Set<Flight>): void {
  const { req, res } = flight;
  const socket = req.socket;
  if (socket.destroyed || (flight.closed && req.complete)) return void flights.delete(flight);
  if (flight.closed) {
    if (now - flight.at > limits.lingerMs) socket.destroy();
    return;
  }
  if (!req.complete && !res.headersSent) {
    watchBody(flight, now, limits);
    return;
  }
  const pending = pendingOf(res);
  const moved = socket.bytesWritten !== flight.written || pending !== flight.pending;
  flight.written = socket.bytesWritten;
  flight.pending = pending;
  if (moved || pending === 0) flight.at = now;
  else if (now - flight.at > limits.answerMs) socket.destroy();
}

/** Bytes of an answer that its client has not taken: in HTTP/2 they wait in its stream, for the client to open its window. */
function pendingOf(res: ServerResponse): number {
  const { stream } = res as ServerResponse & { readonly stream?: Duplex };
  return stream?.writableLength ?? res.socket?.writableLength ?? 0;
}

function watchBody(flight: Flight, now: number, limits: ListenerLimits): void {
  const { req } = flight;
  const body = awaitedBody(req);
  const read = body?.received ?? 0;
  if (body === undefined || body.isFull || read - flight.read >= LEAST_BODY) {
    flight.read = read;
    flight.at = now;
  } else if (now - flight.at > limits.bodyMs) {
    body.destroy(
      fail(
        'RequestTimeout',
        'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
      ),
    );
    flight.at = now;
  }
}

function drained(flights: Set<Flight>, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (flights.size > 0 && !deadline.aborted) return;
      clearInterval(look);
      resolve();
    }, 10);
  });
}

const statusTexts: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no HTTP gets a short answer and is closed; never in the middle of another answer. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable && !(socket as Counted)[unanswered] && error.code !== 'ECONNRESET')
    socket.write(
      `HTTP/1.1 ${statusTexts[error.code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
  socket.destroy();
}
