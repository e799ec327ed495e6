import fs from 'node:fs';
import { configureLoopback, inNewNetwork, loadFirewall, openSocket } from '../system.ts';

export interface PreparedNetwork {
  /** A handle of the namespace, for the container to join. */
  readonly namespace: number;
  readonly runtime: number;
  readonly aws: number;
  readonly egress: number;
  readonly dnsUdp: number;
  readonly dnsTcp: number;
}

export const PLATFORM = '169.254.100.1';
export const addresses = { runtime: `${PLATFORM}:9001`, aws: '127.0.0.1:4566', channel: '/run/dalamb/channel.sock' } as const;

/** Whatever does not stay inside goes to the catcher (TCP) or the resolver (port 53), or is refused. */
const RULES = `table inet dalamb
delete table inet dalamb
table inet dalamb {
  chain catch { type nat hook output priority -100;
    ip daddr { 127.0.0.0/8, ${PLATFORM} } accept
    meta nfproto ipv4 udp dport 53 redirect to :53
    meta nfproto ipv4 tcp dport 53 redirect to :53
    meta nfproto ipv4 meta l4proto tcp redirect to :9
  }
  chain refuse { type filter hook output priority 0;
    ip daddr { 127.0.0.0/8, ${PLATFORM} } accept
    ip6 daddr ::1 accept
    reject
  }
}`;

/** A network namespace with nothing but loopback, in which the platform's sockets are open (about 1 ms). */
export function prepareNetwork(): PreparedNetwork {
  const opened: number[] = [];
  const open = (kind: 'tcp' | 'udp', ip: string, port: number) => {
    const fd = openSocket(kind, ip, port);
    opened.push(fd);
    return fd;
  };
  try {
    const { namespace, value } = inNewNetwork(() => {
      configureLoopback(PLATFORM);
      loadFirewall(RULES);
      return {
        runtime: open('tcp', PLATFORM, 9001),
        aws: open('tcp', '127.0.0.1', 4566),
        egress: open('tcp', '127.0.0.1', 9),
        dnsUdp: open('udp', '127.0.0.1', 53),
        dnsTcp: open('tcp', '127.0.0.1', 53),
      };
    });
    return { namespace, ...value };
  } catch (error) {
    for (const fd of opened) fs.closeSync(fd);
    throw error;
  }
}
