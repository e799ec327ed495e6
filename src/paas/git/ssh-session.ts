import type { Connection, ServerChannel, Session } from 'ssh2';
import { isFailure, type Logger } from '../../kernel/index.ts';
import type { Actor } from '../../model/index.ts';
import type { Door, GitService, Served } from './serve.ts';

interface Deps {
  readonly door: Door;
  readonly logger: Logger;
  readonly actor: Actor;
}

/** `git-upload-pack 'APP.git'`, as git asks for it; a leading `/` comes with ssh:// addresses. */
const COMMAND = /^git[ -](upload-pack|receive-pack) '?\/?([a-z][a-z0-9-]{0,39})(?:\.git)?\/?'?$/;

/** Sessions of one connection over its life. */
const MOST_SESSIONS = 16;

/** Of an authenticated connection: sessions with one command each, and nothing else: no shell, files, forwarding, terminal, environment. */
export function serveSession(connection: Connection, deps: Deps): void {
  let sessions = 0;
  connection.on('session', (accept, reject) => {
    if (++sessions > MOST_SESSIONS) return void reject();
    serve(accept(), deps);
  });
}

function serve(session: Session, deps: Deps): void {
  let protocol: string | undefined;
  let begun = false;
  session.on('env', (accept, reject, { key, val }: { key: string; val: string }) => {
    if (key !== 'GIT_PROTOCOL') return void reject?.();
    protocol = val;
    accept?.();
  });
  session.on('exec', (accept, reject, { command }) => {
    if (begun) return void reject?.();
    begun = true;
    const channel = accept();
    channel.on('error', () => {});
    run(channel, command, { ...deps, protocol }).catch((error) => {
      if (!isFailure(error)) deps.logger.error('a git command over SSH failed', { error });
      end(channel, isFailure(error) ? `${error.code}: ${error.message}` : 'InternalError');
    });
  });
  for (const other of ['pty', 'shell', 'subsystem', 'sftp', 'auth-agent', 'x11', 'signal', 'window-change'] as const)
    session.on(other as 'shell', (_accept, reject) => void (reject as (() => void) | undefined)?.());
}

async function run(
  channel: ServerChannel,
  command: string,
  deps: Deps & { readonly protocol: string | undefined },
): Promise<void> {
  const [, verb, name] = COMMAND.exec(command) ?? [];
  if (name === undefined) return end(channel, 'only git is served here: git clone ssh://HOST:PORT/APP.git');
  const service = `git-${verb}` as GitService;
  const child = await deps.door.open(service, { name, actor: deps.actor, args: [], protocol: deps.protocol });
  channel.once('close', child.leave);
  connect(channel, child);
  const { code } = await child.ended;
  channel.exit(code ?? 1);
  channel.end();
}

function connect(channel: ServerChannel, child: Served): void {
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.on('data', (chunk) => channel.stderr.write(chunk));
  channel.once('close', () => child.stdout.resume());
}

function end(channel: ServerChannel, text: string): void {
  channel.stderr.write(`dalamb: ${text}\n`);
  channel.exit(1);
  channel.end();
}
