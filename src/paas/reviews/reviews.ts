import { allRows, describe, Rounds, type Service } from '../../kernel/index.ts';
import type { Actor, ControlRoute, MayConnect } from '../../model/index.ts';
import { createTurns } from '../releases/turns.ts';
import type { PullRequests } from '../webhooks/webhooks.ts';
import { closeReview } from './close.ts';
import { type Review, reviews } from './collections.ts';
import { type OpenReview, openReview } from './open.ts';
import type { ReviewPorts } from './ports.ts';
import { reviewRoutes } from './routes.ts';

export interface ReviewDeps extends Omit<ReviewPorts, 'report'> {
  readonly mayConnect: MayConnect;
  /** Between looks for review apps that are over, in ms; default ten minutes. */
  readonly everyMs?: number;
}

export interface Reviews {
  readonly routes: readonly ControlRoute[];
  /** For webhooks. */
  readonly pulls: PullRequests;
  /** Start it after releases. */
  readonly service: Service;
}

/** What routes and rounds do with review apps: one at a time for each branch. */
export interface ReviewTurns {
  open(asked: OpenReview): Promise<Review>;
  /** Resolves false when there is none. */
  close(which: Pick<Review, 'app' | 'branch'>, actor: Actor, signal: AbortSignal): Promise<boolean>;
}

const EVERY_MS = 600_000;
const expiry: Actor = { name: 'expiry', kind: 'local' };

/** Review apps: branches in environments of their own (docs/reviews.md). */
export function createReviews(deps: ReviewDeps): Reviews {
  const { secrets, logger: base, clock } = deps.ports;
  const logger = base.child('reviews');
  const ports: ReviewPorts = { ...deps, report: { secrets, logger, mayConnect: deps.mayConnect } };
  const turns = createTurns();
  let stopping = new AbortController();
  const within = (signal: AbortSignal) => AbortSignal.any([signal, stopping.signal]);
  const key = ({ app, branch }: Pick<Review, 'app' | 'branch'>) => `${app}\n${branch}`;
  const all: ReviewTurns = {
    open: (asked) => turns.take(key(asked), asked.signal, () => openReview(ports, { ...asked, signal: within(asked.signal) })),
    close: (which, actor, signal) => turns.take(key(which), signal, () => closeReview(ports, which, actor, within(signal))),
  };
  const rounds = new Rounds({
    clock,
    firstMs: 0,
    everyMs: deps.everyMs ?? EVERY_MS,
    failed: (error) => logger.error('review apps could not be ended', { error: describe(error) }),
    round: (signal) => endAll(ports, all, signal),
  });
  return {
    routes: reviewRoutes(ports, all),
    pulls: pullRequests(ports, all),
    service: {
      async start() {
        stopping = new AbortController();
        await rounds.start();
      },
      async stop() {
        stopping.abort();
        await rounds.stop();
        await turns.idle();
      },
    },
  };
}

/** What is over, and what was being destroyed. One that cannot go now does not hold up the others. */
async function endAll({ ports }: ReviewPorts, { close }: ReviewTurns, signal: AbortSignal): Promise<void> {
  const now = ports.clock.now();
  for (const which of await allRows(ports.store.read, reviews)) {
    if (signal.aborted) return;
    if (which.state !== 'closing' && which.expiresAt > now) continue;
    const { app, branch } = which;
    try {
      await close(which, expiry, signal);
    } catch (error) {
      if (!signal.aborted) ports.logger.warn('a review app could not be ended', { app, branch, error: describe(error) });
    }
  }
}

function pullRequests({ ports }: ReviewPorts, { open, close }: ReviewTurns): PullRequests {
  const actorOf = (name: string): Actor => ({ name, kind: 'webhook' });
  return {
    async opened({ author, ...asked }) {
      const { environment, release } = await open({ ...asked, actor: actorOf(author) });
      return `review app in ${environment}, v${release}`;
    },
    async closed({ app, branch, number, author, signal }) {
      const found = await ports.store.read.get(reviews, [app, branch]);
      if (!found) return `${branch} has no review app`;
      if (found.number !== undefined && found.number !== number) return `the review app of ${branch} is of #${found.number}`;
      await close({ app, branch }, actorOf(author), signal);
      return `the review app of ${branch} is destroyed`;
    },
  };
}
