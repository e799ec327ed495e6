import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** Resolves to a connection, or to the answer of a server that gives none. Rejects when there is no answer. */
export type OpenTunnel = (url: string, headers: Readonly<Record<string, string>>) => Promise<Duplex | Response>;

/** An environment is started for who comes first. */
const PATIENCE_MS = 60_000;

/** Where a server on this machine listens besides its port, by its data directory. */
export function controlSocket(directory: string): string {
  return path.join(path.resolve(directory), 'control.sock');
}

/** Asks for plain bytes both ways behind the answer 101. socketPath: instead of the host and port of the URL. */
export function openTunnel(
  url: string,
  headers: Readonly<Record<string, string>>,
  socketPath?: string,
): Promise<Duplex | Response> {
  const { protocol } = new URL(url);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  const opened = new Promise<Duplex | Response>((resolve, reject) => {
    const asked = { ...headers, connection: 'Upgrade', upgrade: 'tcp', ...(socketPath && { host: 'localhost' }) };
    const options = { method: 'POST', headers: asked, agent: false, signal: late.signal } as const;
    const request =
      socketPath === undefined
        ? (protocol === 'https:' ? https : http).request(url, options)
        : http.request({ ...options, socketPath, path: url.slice(new URL(url).origin.length) });
    request.once('error', reject);
    request.once('upgrade', (_response: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response: IncomingMessage) => {
      buffer(response).then(
        (body) => resolve(new Response(new Uint8Array(body), { status: response.statusCode ?? 500 })),
        reject,
      );
    });
    request.end();
  });
  return opened.finally(() => clearTimeout(timer));
}
