import dgram from 'node:dgram';
import net from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import type { Egress } from '../contract.ts';
import type { OwnAddresses } from './addresses.ts';
import { type Address, parseQuestion, parseReply, type Question, RCODE, reply, TYPE } from './dns.ts';
import { mayLearn, mayResolve } from './policy.ts';
import { framed, readFramed, type Upstream } from './upstream.ts';

/** Which names a sandbox was told for an address. Bounded: the oldest go first. */
export class Bindings {
  readonly #clock: Clock;
  readonly #names = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(address: string, name: string, seconds: number): void {
    const names = this.#names.get(address) ?? new Map<string, number>();
    this.#names.delete(address);
    this.#names.set(address, names);
    names.set(name, this.#clock.monotonic() + Math.max(LEAST_SECONDS, seconds) * 1000);
    if (names.size > 64) names.delete(names.keys().next().value!);
    if (this.#names.size > 1024) this.#names.delete(this.#names.keys().next().value!);
  }

  names(address: string): string[] {
    const now = this.#clock.monotonic();
    return [...(this.#names.get(address) ?? [])].filter(([, until]) => until > now).map(([name]) => name);
  }
}

/** Runtimes keep addresses longer than they may. */
const LEAST_SECONDS = 300;
const AT_ONCE = 64;
const CONNECTIONS = 16;
const IDLE_MS = 10_000;

export interface ResolverOptions {
  readonly clock: Clock;
  readonly own: OwnAddresses;
  readonly upstream: Upstream;
  readonly bindings: Bindings;
  readonly policy: () => Egress;
  readonly metered: (bytes: number) => void;
}

/** Port 53 of one sandbox, on sockets that were opened inside it. */
export function serveNames(
  fds: { readonly dnsUdp: number; readonly dnsTcp: number },
  options: ResolverOptions,
): () => Promise<void> {
  let running = 0;
  const answer = async (query: Buffer, over: 'udp' | 'tcp'): Promise<Buffer | undefined> => {
    const question = parseQuestion(query);
    if (!question || (question.flags & 0xf800) !== 0) return undefined; // no plain query
    if (running >= AT_ONCE) return reply(query, question, RCODE.SERVFAIL);
    running++;
    try {
      return await judged(query, question, over, options);
    } catch {
      return reply(query, question, RCODE.SERVFAIL);
    } finally {
      running--;
    }
  };

  const udp = dgram.createSocket('udp4');
  udp.on('error', () => {});
  udp.on('message', async (query, from) => {
    const bytes = await answer(query, 'udp');
    if (bytes && !closed) udp.send(bytes, from.port, from.address, () => {});
  });
  udp.bind({ fd: fds.dnsUdp });

  let closed = false;
  const open = new Set<net.Socket>();
  const tcp = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    readFramed(socket, async (query) => {
      const bytes = await answer(query, 'tcp');
      if (bytes === undefined) socket.destroy();
      else if (!socket.destroyed) socket.write(framed(bytes));
    });
  });
  tcp.maxConnections = CONNECTIONS;
  tcp.on('error', () => {});
  tcp.listen({ fd: fds.dnsTcp });

  return async () => {
    closed = true;
    udp.close();
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => tcp.close(resolve));
  };
}

/** Addresses are only ever told in answers of our own making, after each was judged; there is no IPv6 to tell of. */
async function judged(query: Buffer, question: Question, over: 'udp' | 'tcp', options: ResolverOptions): Promise<Buffer> {
  const policy = options.policy();
  if (!mayResolve(policy, question.name) || question.type === TYPE.ANY) return reply(query, question, RCODE.REFUSED);
  if (question.type === TYPE.AAAA || question.type === TYPE.SVCB || question.type === TYPE.HTTPS) {
    return reply(query, question, RCODE.NOERROR);
  }
  const raw = await askWhole(query, question.type === TYPE.A ? 'udp' : over, options.upstream);
  options.metered(query.length + raw.length);
  if (question.type !== TYPE.A) return raw;
  const parsed = parseReply(raw);
  if (!parsed) return reply(query, question, RCODE.SERVFAIL);
  const addresses = parsed.addresses.filter(({ address }) => mayLearn(policy, address, options.own())).slice(0, 16);
  for (const { address, ttl } of addresses) options.bindings.add(address, question.name, ttl);
  return reply(query, question, parsed.rcode, addresses satisfies Address[]);
}

async function askWhole(query: Buffer, over: 'udp' | 'tcp', upstream: Upstream): Promise<Buffer> {
  const first = await upstream.ask(query, over);
  return over === 'udp' && parseReply(first)?.truncated ? upstream.ask(query, 'tcp') : first;
}
