import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { messagePair } from '../system.ts';
import { type KeeperLink, openLink } from './link.ts';

export interface SpawnKeeperOptions {
  readonly treesDirectory: string;
  readonly mountRoots: readonly { readonly seen: string; readonly real: string }[];
  readonly runtime: string;
  readonly firstUid: number;
  /** Whether nested sandboxes may be booted; default: no. */
  readonly nested?: boolean;
}

/** A keeper as a child of this process, which must be root and stays it: for tests and for tools, not for a server that faces a network. */
export async function spawnKeeper(options: SpawnKeeperOptions): Promise<{ link: KeeperLink; close(): Promise<void> }> {
  const [ours, theirs] = messagePair();
  const script = path.join(import.meta.dirname, `child${path.extname(import.meta.filename)}`);
  const child = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', theirs],
  });
  fs.closeSync(theirs);
  const gone = once(child, 'exit');
  const link = await openLink(
    {
      send: (message) => void child.send(message as object, () => {}),
      onMessage: (listener) => void child.on('message', listener),
      onClose: (listener) => void child.on('disconnect', listener).on('error', listener),
    },
    ours,
  );
  return {
    link,
    async close() {
      if (child.connected) child.disconnect();
      await gone;
      fs.closeSync(ours);
    },
  };
}
