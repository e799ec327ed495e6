import type { AddressInfo } from 'node:net';
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
  const open = new Set<Connection>();
  let unknown = 0;
  let server: ssh2Module.Server | undefined;
  let address: SshAddress | undefined;

  const take = (connection: Connection, ssh2: Ssh2) => {
    if (open.size >= MOST_CONNECTIONS || unknown >= MOST_UNKNOWN) return void drop(connection);
    open.add(connection);
    unknown += 1;
    const late = deps.clock.after(deps.authMs ?? 20_000, () => drop(connection));
    const tooLong = deps.clock.after(LONGEST_MS, () => drop(connection));
    let isUnknown = true;
    const known = () => {
      if (isUnknown) unknown -= 1;
      isUnknown = false;
      late();
    };
    connection.on('error', () => {}); // of the client's making: bad packets, a socket that broke
    connection.once('close', () => {
      known();
      tooLong();
      open.delete(connection);
    });
    serve(connection, ssh2, known);
  };

  const serve = (connection: Connection, ssh2: Ssh2, known: () => void) => {
    const actor = authenticate(connection, { ssh2, findActor: deps.door.findActor, logger: deps.logger });
    connection.once('ready', () => {
      known();
      serveSession(connection, { door: deps.door, logger: deps.logger, actor: actor() as Actor });
    });
  };

  return {
    address: () => address,
    async start() {
      const { default: ssh2 } = await import('ssh2');
      const key = await loadHostKey(path.join(deps.directory, 'ssh_host_ed25519.sealed'), deps.secrets, ssh2);
      const settings = { hostKeys: [key.private], algorithms, ident: 'dalamb', keepaliveInterval: 30_000, keepaliveCountMax: 4 };
      server = new ssh2.Server(settings as never, (connection) => take(connection, ssh2));
      address = { host: deps.host, port: await listen(server, deps), fingerprint: key.fingerprint };
      deps.logger.info('git over SSH', { ...address });
    },
    async stop() {
      if (!server) return;
      const closed = new Promise<void>((resolve) => server!.close(() => resolve()));
      for (const connection of open) drop(connection);
      await closed;
    },
  };
}

/** end() alone waits for the client to close as well. */
function drop(connection: Connection): void {
  connection.end();
  (connection as unknown as { readonly _sock: { destroySoon(): void } })._sock.destroySoon();
}

function listen(server: ssh2Module.Server, { host, port }: SshDeps): Promise<number> {
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
