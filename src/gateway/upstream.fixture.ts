import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server behind an API: says what it was asked, with status 418; below /hang it says nothing. */
export interface Upstream {
  /** Without a slash at its end. */
  readonly url: string;
  /** Name and port. */
  readonly host: string;
  close(): void;
}

export async function openUpstream(): Promise<Upstream> {
  const server = http.createServer((req, res) => {
    if (req.url?.startsWith('/hang')) return;
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      if (req.method === 'HEAD') return void res.writeHead(200, { 'content-length': '1234' }).end();
      const said = { method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(chunks).toString() };
      res.writeHead(418, { 'set-cookie': ['a=1', 'b=2'], 'x-up': 'yes', connection: 'close' }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
