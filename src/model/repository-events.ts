/** What the four hosts of repositories say in their webhooks, by the names of their documented payloads (docs/webhooks.md). */
export type RepositoryProvider = (typeof repositoryProviders)[number];

export const repositoryProviders = ['github', 'gitlab', 'bitbucket', 'gitea'] as const;

export type RepositoryEvent =
  /** A branch is at another commit. */
  | { readonly kind: 'push'; readonly branch: string; readonly sender: string }
  /** A pull or merge request is open at a commit of its branch, or is over. */
  | {
      readonly kind: 'pull';
      readonly action: 'open' | 'close';
      readonly number: number;
      readonly branch: string;
      /** Its branch is of another repository. */
      readonly fork: boolean;
      readonly sender: string;
    }
  /** Nothing comes of it; reason for people. */
  | { readonly kind: 'ignored'; readonly reason: string };

export interface RepositoryDelivery {
  /** `owner/name` as the host writes it; undefined when the payload names none. */
  readonly repository?: string;
  /** One, but for pushes of several branches. */
  readonly events: readonly RepositoryEvent[];
}

const MOST_EVENTS = 20;

/** Reads a payload. event: what the host's own header names. What is not understood is ignored with a reason; never throws. */
export function repositoryEvents(provider: RepositoryProvider, event: string, payload: unknown): RepositoryDelivery {
  const read = { github, gitlab, bitbucket, gitea: github }[provider];
  const repository = text(payload, 'repository.full_name') ?? text(payload, 'project.path_with_namespace');
  const events = read(event, payload);
  return { ...(repository === undefined ? {} : { repository }), events: events.slice(0, MOST_EVENTS) };
}

/** What is at a dotted path of a payload; whatever is not of the kind asked for is not there. */
function at(payload: unknown, path: string): unknown {
  let value = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function text(payload: unknown, path: string): string | undefined {
  const value = at(payload, path);
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value : undefined;
}

function numberAt(payload: unknown, path: string): number | undefined {
  const value = at(payload, path);
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

function list(payload: unknown, path: string): readonly unknown[] {
  const value = at(payload, path);
  return Array.isArray(value) ? value : [];
}

const ignored = (reason: string): RepositoryEvent[] => [{ kind: 'ignored', reason }];
const incomplete = (event: string) => ignored(`the payload of ${JSON.stringify(event.slice(0, 60))} is not complete`);
const unknown = (event: string) => ignored(`nothing comes of ${JSON.stringify(event.slice(0, 60))} events`);

/** GitHub, and Gitea, whose payloads follow it: https://docs.github.com/webhooks/webhook-events-and-payloads, https://docs.gitea.com/usage/webhooks. */
function github(event: string, payload: unknown): RepositoryEvent[] {
  if (event === 'ping') return ignored('pong: the webhook works');
  const sender = text(payload, 'sender.login') ?? text(payload, 'pusher.name') ?? 'somebody';
  if (event === 'push') return pushOf({ event, ref: text(payload, 'ref'), after: text(payload, 'after'), sender });
  if (event !== 'pull_request' && event !== 'pull_request_sync') return unknown(event);
  const action = text(payload, 'action') ?? '';
  const [number, branch] = [numberAt(payload, 'number'), text(payload, 'pull_request.head.ref')];
  if (number === undefined || branch === undefined) return incomplete(event);
  const base = text(payload, 'pull_request.base.repo.full_name') ?? text(payload, 'repository.full_name');
  const fork = base === undefined || text(payload, 'pull_request.head.repo.full_name') !== base;
  if (['opened', 'reopened', 'synchronize', 'synchronized'].includes(action))
    return [{ kind: 'pull', action: 'open', number, branch, fork, sender }];
  if (action === 'closed') return [{ kind: 'pull', action: 'close', number, branch, fork, sender }];
  return ignored(`nothing comes of pull requests being ${action.slice(0, 60)}`);
}

/** https://docs.gitlab.com/user/project/integrations/webhook_events/ */
function gitlab(event: string, payload: unknown): RepositoryEvent[] {
  const sender = text(payload, 'user_username') ?? text(payload, 'user.username') ?? 'somebody';
  if (event === 'Push Hook') return pushOf({ event, ref: text(payload, 'ref'), after: text(payload, 'after'), sender });
  if (event === 'Tag Push Hook') return ignored('tags are not released');
  if (event !== 'Merge Request Hook') return unknown(event);
  const merge = 'object_attributes';
  const [number, branch] = [numberAt(payload, `${merge}.iid`), text(payload, `${merge}.source_branch`)];
  const [source, target] = [numberAt(payload, `${merge}.source_project_id`), numberAt(payload, `${merge}.target_project_id`)];
  if (number === undefined || branch === undefined) return incomplete(event);
  const fork = source === undefined || source !== target;
  const action = text(payload, `${merge}.action`) ?? '';
  if (action === 'close' || action === 'merge') return [{ kind: 'pull', action: 'close', number, branch, fork, sender }];
  const moved = action === 'update' && text(payload, `${merge}.oldrev`) !== undefined; // all other updates are of titles, labels, …
  if (action === 'open' || action === 'reopen' || moved) return [{ kind: 'pull', action: 'open', number, branch, fork, sender }];
  return ignored(`nothing comes of merge requests being changed by ${action.slice(0, 60)}`);
}

/** https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/ */
function bitbucket(event: string, payload: unknown): RepositoryEvent[] {
  const sender = text(payload, 'actor.nickname') ?? text(payload, 'actor.display_name') ?? 'somebody';
  if (event === 'repo:push') {
    const changes = list(payload, 'push.changes');
    return changes.length === 0 ? incomplete(event) : changes.flatMap((change) => changeOf(event, change, sender));
  }
  const action = BITBUCKET_ACTIONS[event];
  if (action === undefined) return unknown(event);
  const [number, branch] = [numberAt(payload, 'pullrequest.id'), text(payload, 'pullrequest.source.branch.name')];
  if (number === undefined || branch === undefined) return incomplete(event);
  const target = text(payload, 'pullrequest.destination.repository.full_name') ?? text(payload, 'repository.full_name');
  const fork = target === undefined || text(payload, 'pullrequest.source.repository.full_name') !== target;
  return [{ kind: 'pull', action, number, branch, fork, sender }];
}

const BITBUCKET_ACTIONS: Readonly<Record<string, 'open' | 'close' | undefined>> = {
  'pullrequest:created': 'open',
  'pullrequest:updated': 'open',
  'pullrequest:fulfilled': 'close',
  'pullrequest:rejected': 'close',
};

/** One of the refs that a push to Bitbucket moved; `new` is null when it was deleted. */
function changeOf(event: string, change: unknown, sender: string): RepositoryEvent[] {
  const name = text(change, 'new.name');
  if (name === undefined) {
    const gone = text(change, 'old.name');
    return gone === undefined ? incomplete(event) : ignored(`${gone} was deleted: what runs stays`);
  }
  if (text(change, 'new.type') !== 'branch') return ignored('tags are not released');
  return [{ kind: 'push', branch: name, sender }];
}

interface PushedRef {
  readonly event: string;
  readonly ref: string | undefined;
  readonly after: string | undefined;
  readonly sender: string;
}

function pushOf({ event, ref, after, sender }: PushedRef): RepositoryEvent[] {
  if (ref === undefined || after === undefined) return incomplete(event);
  if (ref.startsWith('refs/tags/')) return ignored('tags are not released');
  const branch = /^refs\/heads\/(.+)$/s.exec(ref)?.[1];
  if (branch === undefined) return ignored(`${ref.slice(0, 100)} is no branch`);
  if (/^0+$/.test(after)) return ignored(`branch ${branch.slice(0, 100)} was deleted: what runs stays`);
  return [{ kind: 'push', branch, sender }];
}
