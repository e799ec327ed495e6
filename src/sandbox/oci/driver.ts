import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, type Logger, platformFailure } from '../../kernel/index.ts';
import type {
  Assignment,
  Egress,
  Exit,
  ListenerName,
  Process,
  Sandbox,
  SandboxDriver,
  SandboxEvents,
  SandboxSpec,
  Tickets,
  TmpVolume,
} from '../contract.ts';
import { hostAddresses, type OwnAddresses } from '../egress/addresses.ts';
import { type EgressService, openEgress } from '../egress/open.ts';
import { type Upstream, upstreamOf } from '../egress/upstream.ts';
import type { KeeperLink } from '../keeper/link.ts';
import { addresses } from '../keeper/network.ts';
import { meterOutput } from '../output.ts';
import { openTickets } from '../tickets.ts';
import { startScript } from './script.ts';

export interface OciDriverOptions {
  readonly keeper: KeeperLink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `host:port` of the resolver asked for sandboxes' names; undefined: the first of /etc/resolv.conf. */
  readonly resolver?: string;
  /** Whether the keeper boots nested sandboxes; default: no. */
  readonly nested?: boolean;
}

/** Sandboxes of Linux namespaces and control groups through an OCI runtime, by way of the keeper. */
export function ociDriver(options: OciDriverOptions): SandboxDriver {
  const { clock, resolver, nested = false } = options;
  const surroundings = { ...options, own: hostAddresses(() => clock.monotonic()), upstream: upstreamOf(resolver, clock) };
  return {
    name: 'oci',
    features: { isolation: true, limits: true, freeze: true, egress: true, tickets: true, images: true, connect: true, nested },
    async start() {},
    async stop() {},
    async boot(spec, events) {
      const sandbox = new OciSandbox(spec, events, surroundings);
      return sandbox.open();
    },
  };
}

type Surroundings = OciDriverOptions & { readonly own: OwnAddresses; readonly upstream: Upstream };

const OUTPUT_MS = 1000;
/** Open connections from inside, each a handle of the server. A runtime and its extensions need a few, SDKs many. */
const CONNECTIONS: Readonly<Record<ListenerName, number>> = { runtime: 32, aws: 256, channel: 8 };

class OciSandbox implements Sandbox {
  readonly id: string;
  readonly addresses: Readonly<Record<ListenerName, string>> = addresses;
  readonly exited: Promise<Exit>;
  readonly #spec: SandboxSpec;
  readonly #events: SandboxEvents;
  readonly #options: Surroundings;
  readonly #servers: net.Server[] = [];
  readonly #sockets = new Set<Duplex>();
  #volume: KeptVolume | undefined;
  #stdin: net.Socket | undefined;
  #output: net.Socket | undefined;
  #egress: EgressService | undefined;
  #tickets: ReturnType<typeof openTickets> | undefined;
  #settle: (exit: Exit) => void = () => {};
  #gone = false;

  constructor(spec: SandboxSpec, events: SandboxEvents, options: Surroundings) {
    this.id = spec.id;
    this.#spec = spec;
    this.#events = events;
    this.#options = options;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async open(): Promise<this> {
    const { keeper, clock } = this.#options;
    const { id, mounts, tmp, limits, image, nested } = this.#spec;
    const wanted = tmp instanceof KeptVolume ? { volume: tmp.use() } : { mib: Number(tmp) };
    keeper.onExit(id, (exit) => void this.#ended(exit));
    const command = {
      id,
      mounts: [...mounts],
      tmp: wanted,
      limits,
      ...(image && { image: [...image] }),
      ...(nested && { nested }),
    };
    const { volume } = await keeper.call('boot', command).catch((error) => {
      keeper.forget(id);
      throw error;
    });
    this.#volume = new KeptVolume(keeper, volume, tmp instanceof KeptVolume ? tmp.mib : Number(tmp));
    const fds = keeper.descriptors(id);
    for (const name of ['runtime', 'aws', 'channel'] as const) this.#serve(name, fds[name]);
    this.#tickets = openTickets(fds.tickets, '/run/dalamb/tickets');
    this.#stdin = new net.Socket({ fd: fds.stdin, readable: false, writable: true }).on('error', () => {});
    this.#output = new net.Socket({ fd: fds.output, readable: true, writable: false });
    meterOutput(this.#output, clock, this.#events);
    this.#egress = openEgress(fds, { ...this.#options, metered: (bytes) => this.#events.egress(bytes) });
    return this;
  }

  get tickets(): Tickets | undefined {
    return this.#tickets;
  }

  #serve(name: ListenerName, fd: number): void {
    const server = net.createServer({ noDelay: true }, (socket) => {
      this.#keep(socket);
      this.#events.connection(name, socket);
    });
    server.maxConnections = CONNECTIONS[name];
    server.on('error', () => {});
    this.#servers.push(server.listen({ fd }));
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {}); // whoever was given the socket has its own handler
  }

  async connect(port: number): Promise<Duplex | undefined> {
    const { keeper } = this.#options;
    const { name } = await keeper.call('connect', { id: this.id, port });
    if (name === null) return undefined;
    const socket = new net.Socket({ fd: keeper.connection(name), readable: true, writable: true }).setNoDelay(true);
    this.#keep(socket);
    if (this.#gone) socket.destroy();
    return socket;
  }

  async #ended(exit: Exit): Promise<void> {
    const output = this.#output;
    if (output && !output.closed)
      await Promise.race([once(output, 'close'), new Promise<void>((done) => this.#options.clock.after(OUTPUT_MS, done))]);
    this.#settle(exit);
  }

  path(target: string): string {
    return target;
  }

  async assign({ trees, limits, egress }: Assignment): Promise<void> {
    if (egress) this.#allow(egress);
    if (!trees && !limits) return;
    const plain = trees?.map(({ hashes, target }) => ({ hashes: [...hashes], target }));
    await this.#options.keeper.call('assign', { id: this.id, trees: plain, limits });
  }

  #allow(egress: Egress): void {
    this.#egress?.allow(egress);
  }

  async run(process: Process): Promise<void> {
    this.#stdin?.end(startScript(process));
  }

  async freeze(): Promise<void> {
    await this.#options.keeper.call('freeze', { id: this.id });
  }

  async thaw(): Promise<void> {
    await this.#options.keeper.call('thaw', { id: this.id });
  }

  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#options.keeper.call('signal', { id: this.id, signal });
  }

  async memory(): Promise<{ current: number; peak: number }> {
    return this.#options.keeper.call('memory', { id: this.id });
  }

  async destroy(options: { readonly keepTmp?: boolean } = {}): Promise<TmpVolume | undefined> {
    const { keeper } = this.#options;
    const keepTmp = options.keepTmp ?? false;
    try {
      await keeper.call('destroy', { id: this.id, keepTmp });
    } finally {
      this.#gone = true;
      keeper.forget(this.id);
      this.#settle({ signal: 'SIGKILL', oom: false });
      this.#tickets?.close();
      this.#stdin?.destroy();
      this.#output?.destroy();
      for (const socket of this.#sockets) socket.destroy();
      await Promise.all([
        this.#egress?.close(),
        ...this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
      ]);
    }
    return keepTmp ? this.#volume : undefined;
  }
}

/** A /tmp that waits in the keeper. */
class KeptVolume implements TmpVolume {
  readonly mib: number;
  readonly #keeper: KeeperLink;
  readonly #name: string;
  #used = false;

  constructor(keeper: KeeperLink, name: string, mib: number) {
    this.#keeper = keeper;
    this.#name = name;
    this.mib = mib;
  }

  use(): string {
    if (this.#used) throw platformFailure('SandboxIllegal', 'this volume is in use or gone');
    this.#used = true;
    return this.#name;
  }

  async discard(): Promise<void> {
    if (this.#used) return;
    this.#used = true;
    await this.#keeper.call('discard', { volume: this.#name });
  }
}
