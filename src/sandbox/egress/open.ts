import dgram from 'node:dgram';
import net from 'node:net';
import type { Egress } from '../contract.ts';

export interface EgressService {
  allow(egress: Egress): void;
  close(): Promise<void>;
}

export function openEgress(
  fds: { readonly egress: number; readonly dnsUdp: number; readonly dnsTcp: number },
  _options: object,
  _metered: (bytes: number) => void,
): EgressService {
  const servers = [fds.egress, fds.dnsTcp].map((fd) => net.createServer((socket) => socket.resetAndDestroy()).listen({ fd }));
  const udp = dgram.createSocket('udp4').bind({ fd: fds.dnsUdp });
  return {
    allow() {},
    async close() {
      udp.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
