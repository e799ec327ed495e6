import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';

/** What every HTTP/2 connection begins with (RFC 9113 §3.4). No method of HTTP/1.1 that anybody serves begins with its first three letters. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const TELLING = 3;

export interface PriorKnowledge {
  /** Bytes of a request's headers together. */
  readonly headerBytes: number;
  /** Ms for the first bytes of a connection. */
  readonly firstMs: number;
  /** Ms that a connection may rest. */
  readonly idleMs: number;
  /** Requests of one connection at a time. */
  readonly streams: number;
  readonly take: (req: IncomingMessage, res: ServerResponse) => void;
}

export interface Http2Side {
  /** Tells all connections that no further requests are taken, and ends those that rest or have not said anything yet. */
  close(): void;
  /** Ends all connections. */
  destroy(): void;
}

/**
 * Serves HTTP/2 without TLS and without upgrade on the listener of an HTTP/1.1 server: the SDK's clients of services with event streams
 * (Kinesis) speak nothing else. The first bytes of a connection tell; HTTP/1.1 goes its ordinary way from then on. Requests and answers
 * are those of node:http2's compatibility layer, with a host header.
 */
export function serveBoth(server: Server, options: PriorKnowledge): Http2Side {
  const [acceptHttp1] = server.listeners('connection') as ((socket: Socket) => void)[];
  const sessions = new Set<http2.ServerHttp2Session>();
  const silent = new Set<Socket>();
  const http2Server = createHttp2(options);
  let connecting: Socket | undefined;
  http2Server.on('session', (session) => {
    (session as Carried)[carrier] = connecting;
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    // Requests under way are answered; those that stand still are looked after as those of HTTP/1.1.
    session.setTimeout(options.idleMs, () => session.close());
  });
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    tellApart(socket, options.firstMs, (isHttp2) => {
      silent.delete(socket);
      connecting = socket;
      if (isHttp2) http2Server.emit('connection', socket);
      else acceptHttp1!.call(server, socket);
    });
  });
  return {
    close: () => {
      for (const socket of silent) socket.destroy();
      for (const session of sessions) session.close();
    },
    destroy: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/** The socket under a session. What node:http2 gives instead is another object for each request, and nothing can be known by it. */
const carrier = Symbol('carrier');
type Carried = http2.Http2Session & { [carrier]?: Socket | undefined };

/** Looks at the first bytes of a connection, and puts them back where they were. */
function tellApart(socket: Socket, firstMs: number, tell: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const giveUp = () => socket.destroy();
  const look = () => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
    const isHttp2 = PREFACE.startsWith(seen.toString('latin1', 0, PREFACE.length));
    if (isHttp2 && seen.length < TELLING) return;
    socket.off('readable', look).off('timeout', giveUp).off('error', giveUp).off('end', giveUp);
    socket.setTimeout(0);
    socket.unshift(seen);
    tell(isHttp2);
  };
  socket.on('readable', look).on('timeout', giveUp).on('error', giveUp).on('end', giveUp);
  socket.setTimeout(firstMs);
}

function createHttp2({ headerBytes, streams, take }: PriorKnowledge): http2.Http2Server {
  const server = http2.createServer({
    settings: { maxConcurrentStreams: streams, maxHeaderListSize: headerBytes, enablePush: false },
    maxHeaderListPairs: 200,
    maxSessionInvalidFrames: 100,
  });
  server.on('request', (req, res) => {
    tellEnd(res);
    const socket = (req.stream.session as Carried | undefined)?.[carrier];
    if (!socket) return void req.stream.destroy();
    Object.defineProperty(req, 'socket', { value: socket });
    if (asHttp1(req)) take(req as unknown as IncomingMessage, res as unknown as ServerResponse);
    else refuse(res);
  });
  return server;
}

/** Gives a request the headers that HTTP/2 says otherwise; false when it names two hosts. */
function asHttp1({ headers, stream }: Http2ServerRequest): boolean {
  const authority = headers[':authority'];
  if (authority !== undefined && headers.host !== undefined && headers.host !== authority) return false;
  headers.host ??= authority;
  // A body of unknown length shows nowhere else in the headers.
  if (headers['content-length'] === undefined && !stream.endAfterHeaders) headers['transfer-encoding'] = 'chunked';
  return true;
}

/** The compatibility layer lacks the one, and says the other also of answers that were cut off before their end was written. */
function tellEnd(res: Http2ServerResponse): void {
  const { stream } = res;
  Object.defineProperties(res, {
    destroyed: { get: () => stream.destroyed },
    writableFinished: { get: () => res.writableEnded },
  });
}

function refuse(res: Http2ServerResponse): void {
  res.writeHead(400);
  res.end();
}
