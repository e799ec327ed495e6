/** Addresses and CIDR blocks of IPv4 and IPv6 as numbers. */
export interface IpRange {
  readonly version: 4 | 6;
  readonly base: bigint;
  /** Leading bits that must be equal. */
  readonly bits: number;
}

/** `10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`; undefined when it is none. IPv4-mapped IPv6 addresses count as IPv4. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const parsed = parseIp(address);
  if (!parsed || rest.length > 0) return undefined;
  const width = parsed.version === 4 ? 32 : 128;
  if (length === undefined) return { ...parsed, bits: width };
  const mapped = parsed.version === 4 && address.includes(':') ? 96 : 0;
  const bits = Number(length) - mapped;
  return /^\d{1,3}$/.test(length) && bits >= 0 && bits <= width ? { ...parsed, bits } : undefined;
}

export function inIpRange(range: IpRange, address: string): boolean {
  const ip = parseIp(address);
  if (!ip || ip.version !== range.version) return false;
  const shift = BigInt((range.version === 4 ? 32 : 128) - range.bits);
  return ip.base >> shift === range.base >> shift;
}

function parseIp(text: string): { version: 4 | 6; base: bigint } | undefined {
  const four = parseFour(text);
  if (four !== undefined) return { version: 4, base: four };
  const six = parseSix(text);
  if (six === undefined) return undefined;
  return six >> 32n === 0xffffn ? { version: 4, base: six & 0xffffffffn } : { version: 6, base: six };
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(expandGroup)));
  if (groups.some((half) => half.includes(undefined))) return undefined;
  const [head = [], tail = []] = groups as string[][];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...tail];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function expandGroup(group: string): (string | undefined)[] {
  if (/^[0-9a-fA-F]{1,4}$/.test(group)) return [group];
  const four = parseFour(group);
  if (four === undefined) return [undefined];
  return [(four >> 16n).toString(16), (four & 0xffffn).toString(16)];
}
