import fs from 'node:fs';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Service } from '../kernel/index.ts';

const accepted = new WeakSet<object>();

/** Whether a connection came over the local socket, which only this user (and root) can open. */
export function isLocalConnection(socket: Duplex): boolean {
  return accepted.has(socket);
}

/**
 * A unix socket beside the data, 0600, that speaks the control API without a token: how `dalamb keys create` on the machine itself makes the
 * first key (DESIGN §6). What a killed server left in its place is replaced; the store's lock says that no other server is alive.
 */
export function createLocalSocket(file: string, adopt: (socket: Duplex) => void): Service {
  const server = net.createServer((socket) => {
    accepted.add(socket);
    adopt(socket);
  });
  return {
    async start() {
      fs.rmSync(file, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(file, resolve);
      });
      fs.chmodSync(file, 0o600);
      server.unref();
    },
    async stop() {
      server.close();
      fs.rmSync(file, { force: true });
    },
  };
}
