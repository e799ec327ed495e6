import net from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { originalDestination } from '../system.ts';

export interface ForwardOptions {
  readonly clock: Clock;
  readonly mayConnect: (address: string, port: number) => boolean;
  readonly metered: (bytes: number) => void;
}

const CONNECTIONS = 256;
const CONNECT_MS = 10_000;
const IDLE_MS = 350_000;

/** Takes the connections that were redirected inside a sandbox, judges where they wanted to go, and forwards or resets them. */
export function forwardConnections(fd: number, options: ForwardOptions): () => Promise<void> {
  const open = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => {});
    const to = destinationOf(client);
    if (!to || !options.mayConnect(to.address, to.port)) return void client.resetAndDestroy();
    const upstream = net.connect({ host: to.address, port: to.port, allowHalfOpen: true, noDelay: true });
    open.add(upstream);
    upstream.on('close', () => open.delete(upstream));
    const cancel = options.clock.after(CONNECT_MS, () => upstream.destroy());
    upstream.once('connect', () => {
      cancel();
      join(client, upstream, options.metered);
    });
    upstream.on('error', () => client.resetAndDestroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.maxConnections = CONNECTIONS;
  server.on('error', () => {});
  server.listen({ fd });
  return async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}

function join(client: net.Socket, upstream: net.Socket, metered: (bytes: number) => void): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.setTimeout(IDLE_MS, () => from.destroy());
    from.on('data', (chunk) => metered(chunk.length));
    from.pipe(to);
  }
  client.resume();
}

/** Undefined for whoever connected to the catcher itself. */
function destinationOf(client: net.Socket): { address: string; port: number } | undefined {
  const handle = (client as unknown as { _handle: { fd: number } | null })._handle;
  if (!handle) return undefined;
  try {
    const to = originalDestination(handle.fd);
    return to.port === 9 && to.address === '127.0.0.1' ? undefined : to;
  } catch {
    return undefined;
  }
}
