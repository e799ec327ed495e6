import { platformFailure } from '../../kernel/index.ts';
import { closeOnExec } from '../system.ts';
import { type KeeperLink, openLink } from './link.ts';
import { KEPT } from './protocol.ts';

const FD_SOCKET = 4;

/** Whether this process was started by a keeper, as its server; KEPT is then the first argument. */
export function underKeeper(args: readonly string[]): boolean {
  return args[0] === KEPT;
}

/** In the server: the channel to its keeper. When the keeper dies this process exits at once, for its sandboxes are gone. */
export async function connectKeeper(): Promise<KeeperLink> {
  if (!process.send) throw platformFailure('SandboxUnavailable', 'this process has no keeper');
  closeOnExec(FD_SOCKET);
  const link = await openLink(
    {
      send: (message) => void process.send!(message, undefined, {}, () => {}),
      onMessage: (listener) => void process.on('message', listener),
      onClose: (listener) => void process.on('disconnect', listener),
    },
    FD_SOCKET,
  );
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
  return link;
}
