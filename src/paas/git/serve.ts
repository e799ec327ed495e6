import { platformFailure } from '../../kernel/index.ts';
import type { Actor, Application, FindActor, RequireRole } from '../../model/index.ts';
import type { GitChild, RunGit } from './git-process.ts';
import { type ReceiveDeps, type Receiving, receive } from './receive.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** An application by its name; undefined: there is none (paas/apps). */
export type FindApplication = (name: string) => Promise<Application | undefined>;

export interface Asked {
  readonly name: string;
  readonly actor: Actor;
  /** Of upload-pack and receive-pack alike. */
  readonly args: readonly string[];
  /** GIT_PROTOCOL, as the client sent it. */
  readonly protocol: string | undefined;
}

export interface Served extends Pick<GitChild, 'stdin' | 'stdout' | 'stderr' | 'ended'> {
  /** The client has gone. */
  leave(): void;
  /** Version of the protocol that is answered in. */
  readonly speaks: 0 | 1 | 2;
}

/** What HTTP and SSH have in common. */
export interface Door {
  readonly findActor: FindActor;
  /** Rejects with NoSuchThing, AccessDenied, GitBusy. */
  open(service: GitService, asked: Asked): Promise<Served>;
  /** Does something of the platform's own in an application's repository: its signal also aborts when the repository is to go. */
  during<T>(app: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Ends what runs in an application's repository. */
  end(app: string): Promise<void>;
  /** Opens nothing more, waits for what is open, then ends it. */
  close(deadline: AbortSignal): Promise<void>;
}

export interface DoorDeps extends ReceiveDeps {
  readonly findActor: FindActor;
  readonly findApp: FindApplication;
  readonly requireRole: RequireRole;
}

interface Open {
  readonly app: string;
  readonly kill: () => void;
  readonly over: Promise<unknown>;
}

/** Children of git at a time, over all applications; a push under way is one. */
const MOST_CHILDREN = 64;
/** Of one application: its readers can hold up each other, and nobody else. */
const MOST_EACH = 16;
const FETCH_MS = 60 * 60_000;

export function createDoor(deps: DoorDeps): Door {
  const open = new Set<Open>();
  let closed = false;
  const keep = <T extends Omit<Open, 'app'>>(app: string, served: T): T => {
    const one = { ...served, app };
    open.add(one);
    served.over.then(() => open.delete(one));
    return served;
  };
  const end = async (ones: readonly Open[]) => {
    for (const { kill } of ones) kill();
    await Promise.all(ones.map(({ over }) => over));
  };
  return {
    findActor: deps.findActor,
    async open(service, { name, actor, args, protocol }) {
      const app = await deps.findApp(name);
      if (!app) throw platformFailure('NoSuchThing', `application ${name}`);
      const pushes = service === 'git-receive-pack';
      await deps.requireRole(actor, pushes ? 'deployer' : 'reader', { app: name, account: app.home });
      await deps.repositories.ensure(app);
      if (closed) throw platformFailure('GitBusy', 'the platform is stopping'); // from here on at once: what is counted is there
      const ofApp = [...open].filter((one) => one.app === name).length;
      if (open.size >= MOST_CHILDREN || ofApp >= MOST_EACH)
        throw platformFailure('GitBusy', undefined, { headers: { 'retry-after': '10' } });
      if (!pushes) return keep(name, upload(deps.git, deps.repositories.path(name), args, protocol));
      return keep(name, receiving(receive(deps, { app, actor, args })));
    },
    async during(app, signal, work) {
      const [ending, over] = [new AbortController(), Promise.withResolvers<void>()];
      const kill = () => ending.abort(platformFailure('GitBusy', `the repository of ${app} is being ended`));
      const one = { app, kill, over: over.promise };
      open.add(one);
      try {
        return await work(AbortSignal.any([signal, ending.signal]));
      } finally {
        open.delete(one);
        over.resolve();
      }
    },
    end: (app) => end([...open].filter((one) => one.app === app)),
    async close(deadline) {
      closed = true;
      const stop = () => {
        for (const { kill } of open) kill();
      };
      if (deadline.aborted) stop();
      deadline.addEventListener('abort', stop, { once: true });
      await Promise.all([...open].map(({ over }) => over));
      deadline.removeEventListener('abort', stop);
    },
  };
}

function receiving(push: Receiving) {
  return { ...push, speaks: 0 as const };
}

/** Partial clones by what is cheap to tell; patterns of the client's own (sparse:oid) are not tried on every path. */
const filters = [
  'uploadpack.allowFilter=true',
  'uploadpackfilter.allow=false',
  ...['blob:none', 'blob:limit', 'tree'].map((kind) => `uploadpackfilter.${kind}.allow=true`),
];

function upload(git: RunGit, repository: string, args: readonly string[], protocol: string | undefined) {
  const speaks = versionOf(protocol);
  const child = git({
    args: ['upload-pack', '--strict', '--timeout=300', ...args, repository],
    config: ['transfer.hideRefs=refs/dalamb', 'uploadpack.keepAlive=5', ...filters],
    env: speaks === 0 ? {} : { GIT_PROTOCOL: `version=${speaks}` },
    deadlineMs: FETCH_MS,
  });
  return { ...child, leave: child.kill, over: child.ended, speaks };
}

/** `version=2`, among other words that a client may send. */
function versionOf(protocol: string | undefined): 0 | 1 | 2 {
  const found = /(?:^|:)version=([12])(?:$|:)/.exec(protocol?.slice(0, 200) ?? '')?.[1];
  return found === '2' ? 2 : found === '1' ? 1 : 0;
}
