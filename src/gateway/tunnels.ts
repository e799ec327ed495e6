import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Arrival } from './exchange.ts';

/** What a request asks for that wants plain bytes both ways, behind the answer (RFC 9110 §7.8). Docker's API says it so, too. */
export const TUNNEL = 'tcp';

/** No page can ask for this: browsers write the header themselves, and only for WebSocket. */
export function asksForTunnel({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === TUNNEL;
}

export interface Tunnels {
  readonly take: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends all of them. */
  close(): void;
}

/** After so long without a byte a peer is asked whether it is there. */
const KEEP_ALIVE_MS = 30_000;

/** Requests for a tunnel: handled as all others are, so that a refusal is an ordinary answer, until they are joined to something. */
export function createTunnels(handle: (arrival: Arrival) => void): Tunnels {
  const open = new Set<Duplex>();
  return {
    take(req, socket, head) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      socket.on('error', () => socket.destroy());
      const res = new ServerResponse(req);
      res.shouldKeepAlive = false;
      res.assignSocket(socket as Socket);
      res.once('finish', () => socket.end());
      const join = (connection: Duplex) => {
        if (socket.destroyed) return void connection.destroy();
        res.detachSocket(socket as Socket);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${TUNNEL}\r\n\r\n`);
        if (socket instanceof Socket) socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).setTimeout(0);
        if (head.length > 0) connection.write(head);
        joinBoth(socket, connection);
      };
      handle({ req, res, expectsContinue: false, join });
    },
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

/** What was said last may still be on its way when the other side has gone. */
const LAST_MS = 5000;

/** Bytes of each go to the other, no faster than it takes them; the end of one is the end of both. */
function joinBoth(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => from.destroy());
    from.once('close', () => {
      if (!to.writableEnded) return void to.destroy();
      const end = () => to.destroy();
      if (to.writableFinished) return end();
      to.once('finish', end);
      setTimeout(end, LAST_MS).unref();
    });
    from.pipe(to);
  }
}
