import { Failure } from '../../kernel/index.ts';
import { adoptOrphans, sendDescriptors } from '../system.ts';
import { Boxes, type BoxesConfig } from './boxes.ts';
import { type CommandName, commands, descriptors, type FromKeeper, request } from './protocol.ts';
import { refused } from './refused.ts';

export interface KeeperEnd {
  /** Takes one message of the server. */
  receive(message: unknown): void;
  close(): Promise<void>;
}

/** Serves the closed set of commands: parses, does, answers. fdSocket: where descriptors go. */
export function serveKeeper(config: BoxesConfig, fdSocket: number, send: (message: FromKeeper) => void): KeeperEnd {
  const boxes = new Boxes(config, {
    exit: (id, exit) => send({ id, exit }),
    descriptors: (id, fds) =>
      sendDescriptors(
        fdSocket,
        id,
        descriptors.map((name) => fds[name]),
      ),
    connected: (name, fd) => sendDescriptors(fdSocket, name, [fd]),
  });
  adoptOrphans();
  process.on('SIGCHLD', () => boxes.reap());
  const act = async (command: string, input: unknown) => {
    if (!Object.hasOwn(commands, command)) throw refused(`no command ${JSON.stringify(command).slice(0, 80)}`);
    const name = command as CommandName;
    const parsed = commands[name].safeParse(input);
    if (!parsed.success) throw refused(`${name}: ${parsed.error.issues[0]?.message ?? 'illegal input'}`);
    return (boxes[name] as (input: unknown) => Promise<unknown>).call(boxes, parsed.data);
  };
  return {
    receive(message) {
      const parsed = request.safeParse(message);
      if (!parsed.success) return; // nobody to answer
      const { n, command, input } = parsed.data;
      act(command, input).then(
        (output) => send({ n, output }),
        (error) => send({ n, error: explain(error) }),
      );
    },
    close: () => boxes.close(),
  };
}

function explain(error: unknown): { code: 'KeeperRefused' | 'SandboxUnavailable'; message: string } {
  const code = error instanceof Failure && error.code === 'SandboxUnavailable' ? 'SandboxUnavailable' : 'KeeperRefused';
  return { code, message: (error as Error).message };
}
