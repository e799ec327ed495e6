import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openStage } from '../../gateway/gateway.fixture.ts';
import { createSecretBox, fail, randomIds, silentLogger, systemClock } from '../../kernel/index.ts';
import type { Actor, Application, Deploy } from '../../model/index.ts';
import { createGit, type Git, type GitDeps, type GitSettings } from './git.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  /** What git and the server say to people. */
  readonly err: string;
}

export interface Deployed {
  readonly app: string;
  readonly account: string;
  readonly commit: string;
  readonly author: string;
  /** The tar. */
  readonly source: Buffer;
}

/** Real git on both sides, with the real gateway between and a house of paper behind: what is deployed is only remembered. */
export interface GitRoom {
  readonly git: Git;
  /** Of the server's repositories. */
  readonly directory: string;
  /** Of clients. */
  readonly workplace: string;
  readonly url: string;
  readonly deployed: Deployed[];
  readonly apps: Map<string, Application>;
  /** Token, or SSH key in base64 → who. */
  readonly actors: Map<string, Actor>;
  /** What the next deployments do before they are remembered. */
  build: (request: Parameters<Deploy>[0]) => Promise<void>;
  app(name: string): Application;
  /** Runs the real git as a person would, in a directory of the workplace. */
  run(directory: string, ...args: string[]): Promise<Said>;
  /** The same; it must succeed. Resolves to what it says on stdout. */
  ok(directory: string, ...args: string[]): Promise<string>;
  /** A work tree with one commit, and the remote `dalamb` for that application. */
  tree(app: string, files?: Record<string, string>): Promise<string>;
  write(tree: string, files: Record<string, string>): Promise<void>;
  commit(tree: string, files: Record<string, string>, message?: string): Promise<string>;
  /** What the server's branch or tag is at. */
  at(app: string, ref: string): Promise<string>;
  /** Files below a repository's objects and refs that should not be there. */
  leftovers(app: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface RoomOptions {
  readonly settings?: Partial<GitSettings>;
  readonly strict?: boolean;
  readonly deps?: Partial<GitDeps>;
}

export async function openGitRoom({ settings, strict = false, deps = {} }: RoomOptions = {}): Promise<GitRoom> {
  const directory = deps.directory ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-git-')));
  const workplace = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-work-'));
  const apps = new Map<string, Application>();
  const actors = new Map<string, Actor>();
  const deployed: Deployed[] = [];
  const room = { directory, workplace, apps, actors, deployed, build: async () => {} } as unknown as GitRoom;
  const git = createGit({
    directory,
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
    secrets: createSecretBox([{ id: '00000001', key: new Uint8Array(32) }]),
    deploy: (request) => deploy(room, request),
    findActor: async (given) => actors.get('token' in given ? given.token : Buffer.from(given.sshKey).toString('base64')),
    requireRole: async (actor, role) => {
      if (actor.name === 'nobody' || (actor.name === 'reader' && role !== 'reader'))
        throw fail('AccessDenied', `${actor.name} is no ${role}`, { status: 403 });
    },
    findApp: async (name) => apps.get(name),
    mayConnect: () => true,
    settings: { pushBytes: 64 * 2 ** 20, repositoryBytes: 256 * 2 ** 20, ...settings },
    ...deps,
  });
  await git.service.start();
  const stage = await openStage({ rawRoutes: git.rawRoutes, auth: { mode: strict ? 'strict' : 'local' } });
  const url = `http://127.0.0.1:${stage.port}/_dalamb/git`;
  return Object.assign(room, {
    git,
    url,
    ...clientOf(workplace, url),
    app: (name: string) => {
      const app = { name, home: '000000000000', region: 'us-east-1', branch: 'main', createdAt: 0, createdBy: 'ann' };
      apps.set(name, app);
      return app;
    },
    at: async (app: string, ref: string) =>
      (await say(directory, ['-C', `${app}.git`, 'rev-parse', '-q', '--verify', ref])).out.trim(),
    leftovers: async (app: string) => {
      const found = await fs.readdir(path.join(directory, `${app}.git`), { recursive: true }).catch(() => []);
      return found.filter((name) => /(\.lock$|tmp_|incoming-)/.test(name));
    },
    close: async () => {
      await stage.close();
      await git.service.stop(AbortSignal.abort());
      for (const one of [directory, workplace]) await fs.rm(one, { recursive: true, force: true });
    },
  } satisfies Partial<GitRoom>);
}

async function deploy(room: GitRoom, request: Parameters<Deploy>[0]) {
  await room.build(request);
  const { app, account, commit, author } = request;
  room.deployed.push({ app, account, commit, author, source: Buffer.concat(await Array.fromAsync(request.source)) });
  return { release: room.deployed.length, urls: [`http://${app}.example/`] };
}

function clientOf(workplace: string, url: string): Pick<GitRoom, 'run' | 'ok' | 'tree' | 'write' | 'commit'> {
  const run = (directory: string, ...args: string[]) => say(path.resolve(workplace, directory), args);
  const ok = async (directory: string, ...args: string[]) => {
    const said = await run(directory, ...args);
    if (said.code !== 0) throw fail('ClientFailed', `git ${args.join(' ')}: ${said.err}`);
    return said.out.trim();
  };
  const write = async (tree: string, files: Record<string, string>) => {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(workplace, tree, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, content);
    }
  };
  const commit = async (tree: string, files: Record<string, string>, message = 'change') => {
    await write(tree, files);
    await ok(tree, 'add', '-A');
    await ok(tree, 'commit', '-q', '--allow-empty', '-m', message);
    return ok(tree, 'rev-parse', 'HEAD');
  };
  return {
    run,
    ok,
    write,
    commit,
    async tree(app, files = { Procfile: 'web: app.handler\n' }) {
      const tree = `${app}-tree`;
      await ok('.', 'init', '-q', '-b', 'main', tree);
      await ok(tree, 'remote', 'add', 'dalamb', `${url}/${app}.git`);
      await commit(tree, files, 'first');
      return tree;
    },
  };
}

/** Nothing of this machine's configuration plays a part. */
export function say(cwd: string, args: readonly string[], more: Record<string, string> = {}): Promise<Said> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: cwd,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.org',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.org',
    ...more,
  };
  return new Promise((resolve) => {
    execFile('git', args, { cwd, env, maxBuffer: 2 ** 26, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
  });
}

/** Looks every 20 ms; gives up after ten seconds. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 500; !(await isSo()); left--) {
    if (left === 0) throw fail('NeverSo', String(isSo));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Bytes that nothing compresses, the same each time. */
export function noise(bytes: number, seed = 0): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}
