import { platformFailure, type Service } from '../../kernel/index.ts';
import type { ControlRoute, Deploy, MayConnect, RawRoute } from '../../model/index.ts';
import type { Git } from '../git/git.ts';
import type { PaasPorts } from '../ports.ts';
import type { WebhookDelivery } from './collections.ts';
import { refusal, repositoryDoor } from './door.ts';
import { findLink } from './links.ts';
import { authorOf, releaseBranch } from './release-branch.ts';
import { repositoryRoutes } from './routes.ts';
import { createWork } from './work.ts';

export interface WebhookDeps {
  readonly ports: PaasPorts;
  readonly git: Pick<Git, 'fetchInto' | 'archive'>;
  readonly deploy: Deploy;
  readonly mayConnect: MayConnect;
  /** As people and hosts reach the platform, `https://dalamb.example`. */
  readonly publicUrl: () => string;
  readonly reviews: PullRequests;
  /** Waits between tries, in ms: for tests. */
  readonly retryMs?: { readonly work?: readonly number[]; readonly report?: readonly number[] };
}

/** What becomes of pull requests (paas/reviews). Both resolve to what came of it, for people, and can be repeated. */
export interface PullRequests {
  opened(pull: PullRequest): Promise<string>;
  closed(pull: PullRequest): Promise<string>;
}

export interface PullRequest {
  readonly app: string;
  readonly branch: string;
  readonly number: number;
  readonly author: string;
  readonly signal: AbortSignal;
}

export interface Webhooks {
  readonly routes: readonly ControlRoute[];
  /** Stands before dispatch's, whose prefix is the same. */
  readonly rawRoutes: readonly RawRoute[];
  /** Start it after git and releases. */
  readonly service: Service;
}

/** Repositories elsewhere whose pushes are released here (docs/webhooks.md). */
export function createWebhooks(deps: WebhookDeps): Webhooks {
  const { ports, retryMs } = deps;
  const { store, clock, secrets } = ports;
  const logger = ports.logger.child('webhooks');
  const report = { secrets, logger, mayConnect: deps.mayConnect, ...(retryMs?.report && { retryMs: retryMs.report }) };
  const run = (row: WebhookDelivery, signal: AbortSignal) => runDelivery({ ...deps, report }, row, signal);
  const work = createWork({ store, clock, logger, run, ...(retryMs?.work && { retryMs: retryMs.work }) });
  return {
    routes: repositoryRoutes(deps),
    rawRoutes: [repositoryDoor({ store, clock, secrets, wake: work.wake })],
    service: work,
  };
}

type Running = WebhookDeps & { readonly report: Parameters<typeof releaseBranch>[0]['report'] };

/** By the link as it is now: it may have changed since. */
async function runDelivery(deps: Running, { app, link: id, event }: WebhookDelivery, signal: AbortSignal): Promise<string> {
  const link = await findLink(deps.ports.store.read, app);
  if (link?.id !== id) throw platformFailure('NoSuchThing', 'the repository was disconnected meanwhile');
  const refused = refusal(link, event);
  if (refused !== undefined || event.kind === 'ignored') return refused ?? '';
  if (event.kind === 'push') return releaseBranch(deps, { link, branch: event.branch, sender: event.sender, signal });
  const { branch, number } = event;
  const pull = { app, branch, number, author: authorOf(link, event.sender), signal };
  return event.action === 'open' ? deps.reviews.opened(pull) : deps.reviews.closed(pull);
}
