import dgram from 'node:dgram';
import { once } from 'node:events';

export interface NameServer {
  readonly port: number;
  /** Every name that was asked for. */
  readonly asked: string[];
  close(): void;
}

/** A name server on loopback that knows names ending in `.test`: those given, `public.test` as a public address, all others as 127.0.0.1. */
export async function nameServer(given: Readonly<Record<string, string>> = {}): Promise<NameServer> {
  const addresses: Readonly<Record<string, string>> = { 'public.test': '93.184.216.34', ...given };
  const socket = dgram.createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    asked.push(name);
    const known = name.endsWith('.test');
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    header.writeUInt16BE(known ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const address = (addresses[name] ?? '127.0.0.1').split('.').map(Number);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address]);
    socket.send(Buffer.concat([header, query.subarray(12, end + 4), ...(known ? [answer] : [])]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, asked, close: () => socket.close() };
}

function nameIn(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (; query[at] !== 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
  return { name: labels.join('.'), end: at + 1 };
}
