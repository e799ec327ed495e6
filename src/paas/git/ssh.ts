import net, { type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import type ssh2Module from 'ssh2';
import type { Connection } from 'ssh2';
import { type Clock, type Logger, platformFailure, type SecretBox, type Service } from '../../kernel/index.ts';
import type { Actor } from '../../model/index.ts';
import { loadHostKey } from './host-key.ts';
import type { Door } from './serve.ts';
import { authenticate } from './ssh-keys.ts';
import { serveSession } from './ssh-session.ts';

export type Ssh2 = typeof ssh2Module;

export interface SshDeps {
  readonly door: Door;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: SecretBox;
  /** Holds the host key. */
  readonly directory: string;
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  /** Ms from a connection to its authentication; default 20,000. */
  readonly authMs?: number;
}

export interface SshAddress {
  readonly host: string;
  readonly port: number;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

export interface SshServer extends Service {
  /** Undefined until it has started. */
  address(): SshAddress | undefined;
}

/** Only what is sound today; the host key is ed25519. */
const algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  serverHostKey: ['ssh-ed25519'],
  compress: ['none'],
} as never;

const MOST_CONNECTIONS = 128;
/** That have not said who they are. */
const MOST_UNKNOWN = 32;
const LONGEST_MS = 2 * 3600_000;

/** git over SSH: public keys only, and of all that SSH can do only the two commands of git. */
export function createSsh(deps: SshDeps): SshServer {
  const visits = new Map<string, Visit>();
  let address: SshAddress | undefined;
  let protocol: ssh2Module.Server | undefined;

  /** Of the sockets themselves: the package tells of connections only when they have said something. */
  const sockets = net.createServer((socket) => {
    const unknown = [...visits.values()].filter((visit) => !visit.isKnown).length;
    if (visits.size >= MOST_CONNECTIONS || unknown >= MOST_UNKNOWN) return void socket.destroy();
    const timers = [
      deps.clock.after(deps.authMs ?? 20_000, () => !visit.isKnown && socket.destroy()),
      deps.clock.after(LONGEST_MS, () => socket.destroy()),
    ];
    const visit: Visit = { socket, isKnown: false };
    const key = keyOf(socket.remoteAddress, socket.remotePort);
    visits.set(key, visit);
    socket.on('error', () => {});
    socket.once('close', () => {
      for (const cancel of timers) cancel();
      visits.delete(key);
    });
    protocol!.injectSocket(socket);
  });

  const serve = (connection: Connection, ssh2: Ssh2, visit: Visit) => {
    connection.on('error', () => {}); // of the client's making: bad packets, a socket that broke
    const actor = authenticate(connection, { ssh2, findActor: deps.door.findActor, logger: deps.logger });
    connection.once('ready', () => {
      visit.isKnown = true;
      serveSession(connection, { door: deps.door, logger: deps.logger, actor: actor() as Actor });
    });
  };

  return {
    address: () => address,
    async start() {
      const { default: ssh2 } = await import('ssh2');
      const key = await loadHostKey(path.join(deps.directory, 'ssh_host_ed25519.sealed'), deps.secrets, ssh2);
      const settings = { hostKeys: [key.private], algorithms, ident: 'dalamb', keepaliveInterval: 30_000, keepaliveCountMax: 4 };
      protocol = new ssh2.Server(settings as never, (connection, { ip, port }) => {
        const visit = visits.get(keyOf(ip, port));
        if (visit) serve(connection, ssh2, visit);
        else connection.end();
      });
      address = { host: deps.host, port: await listen(sockets, deps), fingerprint: key.fingerprint };
      deps.logger.info('git over SSH', { ...address });
    },
    async stop() {
      if (!sockets.listening) return;
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      for (const { socket } of visits.values()) socket.destroy();
      await closed;
    },
  };
}

interface Visit {
  readonly socket: Socket;
  /** It has said who it is. */
  isKnown: boolean;
}

const keyOf = (ip: string | undefined, port: number | undefined) => `${ip} ${port}`;

function listen(server: net.Server, { host, port }: SshDeps): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error) =>
      reject(platformFailure('ConfigInvalid', `cannot listen for SSH on ${host}:${port}: ${error.message}`));
    server.once('error', refused);
    server.listen(port, host, () => {
      server.removeListener('error', refused);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
