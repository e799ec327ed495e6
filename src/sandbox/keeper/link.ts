import fs from 'node:fs';
import { bug, fail, platformFailure } from '../../kernel/index.ts';
import type { Exit } from '../contract.ts';
import { receiveDescriptors } from '../system.ts';
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type DescriptorName,
  descriptors,
  type FromKeeper,
  type Hello,
} from './protocol.ts';

/** The server's end of the channel. */
export interface KeeperLink {
  readonly hello: Hello;
  /** Where the server sees a path of the host. */
  path(hostPath: string): string;
  /** Rejects with KeeperRefused or SandboxUnavailable. */
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<CommandOutput[N]>;
  /** The descriptors that came with a boot; they belong to the caller. */
  descriptors(id: string): Readonly<Record<DescriptorName, number>>;
  /** The descriptor of a connection, by the name that connect answered; it belongs to the caller. */
  connection(name: string): number;
  /** Tells once how a sandbox's first process ended. */
  onExit(id: string, listener: (exit: Exit) => void): void;
  forget(id: string): void;
}

interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

const IN_FLIGHT = 10_000;

/** Resolves when the keeper has said hello. */
export function openLink(channel: Channel, fdSocket: number): Promise<KeeperLink> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  const exits = new Map<string, (exit: Exit) => void>();
  const arrived = new Map<string, number[]>();
  let last = 0;

  const call: KeeperLink['call'] = (command, input) =>
    new Promise((resolve, reject) => {
      if (waiting.size >= IN_FLIGHT) return reject(platformFailure('SandboxUnavailable', 'too many commands are waiting'));
      const n = ++last;
      waiting.set(n, { resolve, reject });
      channel.send({ n, command, input });
    });

  const take = (wanted: string, count: number): number[] => {
    for (;;) {
      const fds = arrived.get(wanted);
      if (fds) {
        arrived.delete(wanted);
        if (fds.length !== count) throw bug(`the keeper sent ${fds.length} descriptors`);
        return fds;
      }
      const { name, fds: got } = receiveDescriptors(fdSocket);
      for (const fd of arrived.get(name) ?? []) fs.closeSync(fd);
      arrived.set(name, got);
    }
  };
  const ofBoot: KeeperLink['descriptors'] = (id) => {
    const fds = take(id, descriptors.length);
    return Object.fromEntries(descriptors.map((name, i) => [name, fds[i]!])) as Record<DescriptorName, number>;
  };

  return new Promise((resolve, reject) => {
    channel.onClose(() => {
      reject(platformFailure('SandboxUnavailable', 'the keeper is gone'));
      for (const { reject: end } of waiting.values()) end(platformFailure('SandboxUnavailable', 'the keeper is gone'));
      waiting.clear();
    });
    channel.onMessage((raw) => {
      const message = raw as FromKeeper;
      if ('exit' in message) return exits.get(message.id)?.(message.exit);
      if ('hello' in message) {
        const { hello } = message;
        const onExit = (id: string, listener: (exit: Exit) => void) => void exits.set(id, listener);
        return resolve({
          hello,
          path: pathOf(hello),
          call,
          descriptors: ofBoot,
          connection: (name) => take(name, 1)[0]!,
          onExit,
          forget: (id) => void exits.delete(id),
        });
      }
      const one = waiting.get(message.n);
      waiting.delete(message.n);
      if ('error' in message)
        one?.reject(
          fail(message.error.code, message.error.message, { status: message.error.code === 'SandboxUnavailable' ? 503 : 500 }),
        );
      else one?.resolve(message.output as never);
    });
  });
}

function pathOf({ paths }: Hello): (hostPath: string) => string {
  const known = Object.entries(paths).sort(([a], [b]) => b.length - a.length);
  return (hostPath) => {
    for (const [host, seen] of known) {
      if (hostPath === host || hostPath.startsWith(`${host}/`)) return seen + hostPath.slice(host.length);
    }
    return hostPath;
  };
}
