import { once } from 'node:events';
import net from 'node:net';

/** Free a moment ago: for programs that take a number, and do not say which one they got. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = net.createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
