import fs from 'node:fs/promises';
import path from 'node:path';
import { type Clock, type Ids, type Logger, platformFailure, Rounds, type SecretBox, type Service } from '../../kernel/index.ts';
import type { Deploy, FindActor, MayConnect, RawRoute, RequireRole } from '../../model/index.ts';
import { archiveOf } from './archive.ts';
import { commitOf } from './commit-of.ts';
import { type FetchRequest, fetchInto } from './fetch-into.ts';
import { createRunGit, type GitPlaces, isEnough, outputOf, type RunGit, versionOf } from './git-process.ts';
import { installHook } from './hook.ts';
import { createPushQueue, type PushQueue } from './push-queue.ts';
import { createRepositories, type Repositories, type RepositoryOf } from './repositories.ts';
import { createDoor, type Door, type DoorDeps, type FindApplication } from './serve.ts';
import { gitRoute } from './smart-http.ts';
import { createSsh, type SshAddress } from './ssh.ts';
import { checkTree } from './tree-check.ts';
import { createWriters, type Writers } from './writers.ts';

export interface GitDeps {
  /** Absolute; made if it is not there. Holds `APP.git`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly secrets: SecretBox;
  readonly deploy: Deploy;
  readonly findActor: FindActor;
  readonly requireRole: RequireRole;
  readonly findApp: FindApplication;
  readonly mayConnect: MayConnect;
  readonly settings: GitSettings;
}

export interface GitSettings {
  /** Packed bytes of one push or fetch. */
  readonly pushBytes: number;
  /** Of a repository's objects; a push beyond is refused. */
  readonly repositoryBytes: number;
  /** Where SSH is served; undefined: it is not. Port 0 picks one. */
  readonly ssh?: { readonly host: string; readonly port: number; readonly authMs?: number };
  /** Of a push, from its first byte to the end of its release; default an hour. */
  readonly pushMs?: number;
  /** How long a push waits for the one before; default 10 minutes. */
  readonly waitMs?: number;
}

export interface Git {
  readonly rawRoutes: readonly RawRoute[];
  /** Start it before the gateway, stop it after. */
  readonly service: Service;
  /** Makes the repository of a new application; one that a kill left of an earlier application of this name goes. A first push or fetch makes it too. */
  createRepository(app: RepositoryOf): Promise<void>;
  /** Ends what runs in it and removes it; what is gone already is fine. */
  removeRepository(app: string): Promise<void>;
  /** Brings a ref of a repository elsewhere into an application's, unseen by its clients, and resolves to its commit (fetch-into.ts). Rejects with FetchFailed, GitBusy. */
  fetchInto(request: FetchRequest): Promise<string>;
  /** A commit's tree as a tar without `.git`. Rejects with TreeRefused, also when there is no such commit. */
  archive(app: string, commit: string): Promise<AsyncIterable<Uint8Array>>;
  /** The commit that a branch of its own is at; undefined: there is none. */
  commitOf(app: string, branch: string): Promise<string | undefined>;
  /** Where SSH is served, and by which key it is known; undefined: it is not, or has not started. */
  ssh(): SshAddress | undefined;
}

const DAY_MS = 24 * 3600_000;
const MOST_WAITING = 8;

/** Repositories of applications, and git's two ways to them. A push to an application's branch is a release (docs/git.md). */
export function createGit(deps: GitDeps): Git {
  const { directory, clock, ids, logger, settings } = deps;
  const places = { root: directory, home: path.join(directory, '.home'), hooks: path.join(directory, '.hooks') };
  const git = createRunGit(places, clock);
  const repositories = createRepositories(directory, git, () => ids.hex(8));
  const queue = createPushQueue(clock, { waiting: MOST_WAITING, waitMs: settings.waitMs ?? 600_000 });
  const failed = (error: unknown) => logger.warn('a repository could not be swept', { error });
  const untidy = (error: unknown, app?: string) => logger.warn('repositories could not be tidied', { app, error });
  const limits = { ...settings, pushMs: settings.pushMs ?? 3600_000 };
  const writers = createWriters(repositories, failed);
  const inside = { ...deps, git, repositories, queue, writers, limits } satisfies DoorDeps;
  const door = createDoor(inside);
  const ssh = settings.ssh && createSsh({ ...deps, ...settings.ssh, door });
  const tidying = new Rounds({
    clock,
    everyMs: DAY_MS,
    firstMs: DAY_MS / 24,
    round: (signal) => tidyAll({ ...{ git, repositories, queue, writers, door }, signal, failed: untidy }),
    failed: untidy,
  });
  return {
    rawRoutes: [gitRoute(door, settings, logger)],
    service: {
      async start() {
        await prepare(places);
        await checkVersion(git, logger);
        await repositories.sweepAll();
        await ssh?.start();
        await tidying.start();
      },
      async stop(deadline) {
        await Promise.all([tidying.stop(), door.close(deadline)]);
        await ssh?.stop(deadline);
      },
    },
    async createRepository(app) {
      await repositories.remove(app.name);
      await repositories.ensure(app);
    },
    async removeRepository(app) {
      await door.end(app);
      await repositories.remove(app);
    },
    async archive(app, commit) {
      if (!/^[0-9a-f]{40}$/.test(commit)) throw platformFailure('TreeRefused', `${commit.slice(0, 60)} is no commit`);
      const objects = { repository: repositories.path(app) };
      await checkTree(git, objects, commit);
      return archiveOf(git, objects, commit);
    },
    commitOf: (app, branch) => commitOf(git, repositories.path(app), branch),
    fetchInto: (request) => door.during(request.app.name, request.signal, (signal) => fetchInto(inside, { ...request, signal })),
    ssh: () => ssh?.address(),
  };
}

async function prepare({ root, home, hooks }: GitPlaces): Promise<void> {
  await fs.mkdir(root, { recursive: true, mode: 0o700 });
  await fs.mkdir(home, { recursive: true });
  await installHook(hooks);
}

/** Without git the platform runs all the same; who creates an application is told. */
async function checkVersion(git: RunGit, logger: Logger): Promise<void> {
  const version = await versionOf(git).catch(() => undefined);
  if (version === undefined) logger.warn('git is not installed: no application can be created or pushed');
  else if (!isEnough(version))
    logger.warn('this git is too old to fetch from elsewhere', { version: version.join('.'), needed: '2.37' });
}

interface Tidying {
  readonly git: RunGit;
  readonly repositories: Repositories;
  readonly queue: PushQueue;
  readonly writers: Writers;
  readonly door: Pick<Door, 'during'>;
  readonly signal: AbortSignal;
  readonly failed: (error: unknown, app: string) => void;
}

const TIDY_MS = 30 * 60_000;
const settingsOfTidying = [
  'gc.auto=2000',
  'gc.autoPackLimit=40',
  'gc.autoDetach=false',
  'gc.writeCommitGraph=false',
  'pack.packSizeLimit=0',
];

/**
 * Packs what many pushes left in many packs: git decides where it is worth it. Pushes wait meanwhile; what is pushed to now, and what is
 * broken, waits for the next round.
 */
async function tidyAll(tidying: Tidying): Promise<void> {
  const { repositories, queue, door, signal, failed } = tidying;
  for (const app of await repositories.names()) {
    if (signal.aborted) return;
    if (queue.isBusy(app)) continue;
    const work = (end: AbortSignal) => tidy({ ...tidying, signal: end }, app);
    await door.during(app, signal, work).catch((error) => signal.aborted || failed(error, app));
  }
}

async function tidy({ git, repositories, queue, writers, signal }: Tidying, app: string): Promise<void> {
  const end = await queue.take(app, { waits: () => {}, signal });
  const leave = writers.enter(app);
  let whole = false;
  try {
    const repository = repositories.path(app);
    const args = ['gc', '--auto', '--quiet'];
    await outputOf(git, { args, repository, config: settingsOfTidying, deadlineMs: TIDY_MS, signal });
    whole = true;
  } finally {
    await leave({ whole, hadTurn: true });
    end();
  }
}
