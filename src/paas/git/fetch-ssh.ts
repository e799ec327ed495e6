import { createHash } from 'node:crypto';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientChannel, Client as SshClient } from 'ssh2';
import { fail } from '../../kernel/index.ts';
import type { FetchKey } from './fetch-into.ts';

export interface Remote {
  /** `SHA256:…` of the host. */
  readonly hostKey: string;
  /** Couples a git that fetches with the other side's upload-pack. */
  join(pair: Duplex): void;
  /** The last that the other side said to people. */
  said(): string;
  close(): void;
}

interface Visit {
  readonly url: URL;
  readonly key: FetchKey;
  /** Dialled as judged. */
  readonly address: string;
  readonly signal: AbortSignal;
}

const READY_MS = 20_000;

/** Opens upload-pack of a repository elsewhere: the key never leaves this process. Rejects with what went wrong, for people. */
export async function openRemote({ url, key, address, signal }: Visit): Promise<Remote> {
  signal.throwIfAborted();
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  const end = () => void client.destroy();
  signal.addEventListener('abort', end, { once: true });
  client.once('close', () => signal.removeEventListener('abort', end));
  let hostKey = '';
  const ready = new Promise<void>((resolve, reject) => {
    client.on('error', reject).once('ready', resolve);
    client.once('close', () => reject(fail('FetchFailed', 'the connection was closed')));
  });
  client.connect({
    sock: net.connect(Number(url.port) || 22, address),
    username: decodeURIComponent(url.username) || 'git',
    privateKey: key.privateKey,
    readyTimeout: READY_MS,
    hostVerifier: (found: Buffer) => {
      hostKey = `SHA256:${createHash('sha256').update(found).digest('base64').replace(/=+$/, '')}`;
      return key.hostKey === undefined || key.hostKey === hostKey;
    },
  });
  try {
    await ready;
    const channel = await execute(client, `git-upload-pack '${url.pathname}'`);
    let said = '';
    channel.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-500);
    });
    return { hostKey, join: (pair) => join(channel, pair), said: () => said.trim(), close: end };
  } catch (error) {
    end();
    if (hostKey !== '' && key.hostKey !== undefined && key.hostKey !== hostKey)
      throw fail('FetchFailed', `the host has another key than it had: ${hostKey} instead of ${key.hostKey}`);
    throw error;
  }
}

function execute(client: SshClient, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(fail('FetchFailed', 'the connection was closed')));
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

function join(channel: ClientChannel, pair: Duplex): void {
  channel.on('error', () => {});
  pair.pipe(channel);
  channel.pipe(pair);
  channel.once('close', () => pair.end());
}
