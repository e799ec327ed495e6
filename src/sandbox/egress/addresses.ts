import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Ranges that are not the internet: this host, private, shared, link-local, documentation, multicast, reserved (IANA's special registries). */
const SPECIAL = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const family = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');
/** Two lists: a block of IPv4-mapped addresses in a common one would take all of IPv4. */
const special = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, prefix] of SPECIAL) special[family(net)].addSubnet(net, prefix, family(net));

export type OwnAddresses = () => ReadonlySet<string>;

/** The addresses of this host's interfaces, looked up at most every five seconds. */
export function hostAddresses(monotonic: () => number): OwnAddresses {
  let at = Number.NEGATIVE_INFINITY;
  let own: ReadonlySet<string> = new Set();
  return () => {
    if (monotonic() - at > 5000) {
      at = monotonic();
      own = new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
    }
    return own;
  };
}

/** Whether an address is closed unless a rule by address opens it. What is no address is closed too. */
export function isClosed(address: string, own: ReadonlySet<string>): boolean {
  if (!isIPv4(address) && !isIPv6(address)) return true;
  return own.has(address) || special[family(address)].check(address, family(address));
}

/** Whether `to` is an address or a CIDR block, not a name. */
export function isAddressRule(to: string): boolean {
  return blockOf(to) !== undefined;
}

/** Whether an address rule covers an address. */
export function covers(to: string, address: string): boolean {
  const block = blockOf(to);
  if (!block || family(block.net) !== family(address)) return false;
  const list = new BlockList();
  list.addSubnet(block.net, block.prefix, family(block.net));
  return list.check(address, family(address));
}

function blockOf(to: string): { net: string; prefix: number } | undefined {
  const [net = '', length] = to.split('/');
  const bits = isIPv4(net) ? 32 : isIPv6(net) ? 128 : undefined;
  if (bits === undefined) return undefined;
  if (length === undefined) return { net, prefix: bits };
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { net, prefix: Number(length) } : undefined;
}
