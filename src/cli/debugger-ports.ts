import net from 'node:net';
import type { Duplex } from 'node:stream';
import { fail } from '../kernel/index.ts';
import type { DevDebuggers } from '../model/index.ts';
import type { Stage } from './stage.ts';

/** A port of this machine for each process of an application in development, behind which its debugger is. */
export interface DebuggerPorts {
  /** Opens ports for processes that are new, and closes those of others. Never rejects: it says what there is. */
  follow(processes: readonly string[]): Promise<void>;
  close(): void;
}

export interface DebuggerPortsOptions {
  readonly stage: Stage;
  readonly app: string;
  /** The first port; they are counted up from there, past those that are taken. 0: any that are free. */
  readonly first: number;
  readonly opened: (process: string, port: number) => void;
  readonly refused: (process: string, why: string) => void;
}

/** Where debuggers look by themselves. */
const DEFAULT_PORT = 9229;
const LOOPBACK = '127.0.0.1';
/** Ports that are tried for a process. */
const MOST_TRIES = 100;

export function createDebuggerPorts(options: DebuggerPortsOptions): DebuggerPorts {
  const { stage, app, first } = options;
  const route = `/apps/${encodeURIComponent(app)}/dev/debuggers`;
  const open = new Map<string, Listening>();
  const said = new Map<string, string>();
  let next = first;
  const tell = (process: string, why: string) => {
    if (said.get(process) === why) return; // clients try again and again
    said.set(process, why);
    options.refused(process, why);
  };
  const serve = async (process: string) => {
    const connect = () => stage.api().tunnel(`${route}/${encodeURIComponent(process)}`);
    const listening = await listenFrom(next, {
      connect,
      done: () => void said.delete(process),
      failed: (error) => tell(process, reasonOf(error)),
    });
    if (!listening) return tell(process, `no port from ${next} on is free`);
    if (first !== 0) next = listening.port + 1;
    open.set(process, listening);
    options.opened(process, listening.port);
  };
  return {
    async follow(processes) {
      for (const [process, listening] of open) {
        if (processes.includes(process)) continue;
        listening.close();
        open.delete(process);
      }
      if (processes.every((process) => open.has(process))) return;
      try {
        const { debuggers } = await stage.api().get<DevDebuggers>(route);
        for (const one of debuggers) {
          if (open.has(one.process) || !processes.includes(one.process)) continue;
          if ('refused' in one) tell(one.process, one.refused);
          else await serve(one.process);
        }
      } catch (error) {
        for (const process of processes) if (!open.has(process)) tell(process, reasonOf(error));
      }
    },
    close() {
      for (const listening of open.values()) listening.close();
      open.clear();
    },
  };
}

const reasonOf = (error: unknown): string => (error as Error).message;

/** Where ports begin, of what was said with --inspect; undefined: nothing was. Throws WrongUsage. */
export function firstPort(given: string | boolean | undefined): number | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (port < 65_536) return port;
  throw fail('WrongUsage', `--inspect=${given}: a port, or 0 for free ones`);
}

interface Listening {
  readonly port: number;
  close(): void;
}

interface Tunnelling {
  readonly connect: () => Promise<Duplex>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Undefined when none of the ports is free. */
async function listenFrom(first: number, tunnelling: Tunnelling): Promise<Listening | undefined> {
  const sockets = new Set<Duplex>();
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void carry(socket, tunnelling);
  });
  for (let port = first; port < Math.min(first + MOST_TRIES, 65_536); port++) {
    if (!(await listens(server, port))) continue;
    const close = () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    return { port: (server.address() as net.AddressInfo).port, close };
  }
  return undefined;
}

function listens(server: net.Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const refused = () => resolve(false);
    server.once('error', refused);
    server.listen({ port, host: LOOPBACK }, () => {
      server.off('error', refused);
      resolve(true);
    });
  });
}

/** One connection: its bytes go through a tunnel of its own, no faster than either side takes them. */
async function carry(socket: net.Socket, { connect, done, failed }: Tunnelling): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const tunnel = await connect();
    done();
    tunnel.on('error', () => tunnel.destroy());
    if (socket.destroyed) return void tunnel.destroy();
    tunnel.once('close', () => (socket.writableEnded ? undefined : socket.destroy()));
    socket.once('close', () => tunnel.destroy());
    tunnel.pipe(socket);
    socket.pipe(tunnel);
  } catch (error) {
    socket.destroy();
    failed(error);
  }
}
