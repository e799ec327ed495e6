import { isIP } from 'node:net';

/** What a Host header names (DESIGN §6): the server itself, one of its AWS hosts, a function URL, an HTTP API, or somebody else. */
export type HostKind =
  | { readonly kind: 'own' }
  /** Below one of our names: AWS operations only. bucket: when the host may be a virtual-hosted bucket. */
  | { readonly kind: 'aws'; readonly bucket?: string }
  | { readonly kind: 'function-url' | 'http-api'; readonly id: string; readonly region: string }
  | { readonly kind: 'foreign' };

export type ClassifyHost = (host: string | undefined, localAddress: string | undefined) => HostKind;

const own: HostKind = { kind: 'own' };
const foreign: HostKind = { kind: 'foreign' };
const REMEMBERED = 1000;

/**
 * Names are compared without port and case; `*.localhost` and everything below a configured name is ours, an address only if it is
 * loopback, configured, or the one the client reached. Anything else may be a rebound name and is foreign.
 */
export function createHosts(names: readonly string[]): ClassifyHost {
  const bases = ['localhost', ...names.map((name) => name.toLowerCase())];
  const remembered = new Map<string, HostKind>();
  return (host, localAddress) => {
    if (host === undefined) return foreign;
    const known = remembered.get(host);
    if (known) return known;
    const name = hostName(host);
    if (name === undefined) return foreign;
    const address = isIP(name) !== 0 && !bases.includes(name);
    if (address && !isLoopback(name)) return sameAddress(name, localAddress) ? own : foreign;
    const kind = address ? own : classifyName(name, bases);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(host, kind);
    return kind;
  };
}

/** The name of `name:port`, lower case, without a final dot; of `[::1]:80` the address. Undefined when it is malformed. */
export function hostName(host: string): string | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+?)\.?)(?::\d{1,5})?$/i.exec(host);
  return (parts?.[1] ?? parts?.[2])?.toLowerCase();
}

function classifyName(name: string, bases: readonly string[]): HostKind {
  if (bases.includes(name)) return own;
  const base = bases.find((candidate) => name.endsWith(`.${candidate}`));
  if (base === undefined || isIP(base) !== 0) return foreign;
  const below = name.slice(0, -base.length - 1);
  const edge = /^([a-z0-9-]{1,100})\.(lambda-url|execute-api)\.([a-z0-9-]{1,40})$/.exec(below);
  if (edge) return { kind: edge[2] === 'lambda-url' ? 'function-url' : 'http-api', id: edge[1]!, region: edge[3]! };
  return { kind: 'aws', bucket: bucketOf(below) };
}

/** `b.s3`, `b.s3.eu-west-1` and plain `b`; undefined for the service's own host. */
function bucketOf(below: string): string | undefined {
  if (/^s3(?:[.-][a-z0-9-]+)?$/.test(below)) return undefined;
  return /^(.+)\.s3(?:[.-][a-z0-9-]+)?$/.exec(below)?.[1] ?? below;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}

function sameAddress(name: string, localAddress: string | undefined): boolean {
  return localAddress === name || localAddress === `::ffff:${name}`;
}
