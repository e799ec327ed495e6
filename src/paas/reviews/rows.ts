import { createHash } from 'node:crypto';
import { isFailure, platformFailure, type Transaction } from '../../kernel/index.ts';
import type { Actor, Environment } from '../../model/index.ts';
import { environments } from '../environments/collections.ts';
import { type Review, type ReviewSettings, reviews } from './collections.ts';
import type { ReviewPorts } from './ports.ts';

/** Environments cost; an application that needs more has some to destroy. */
const MOST = 30;
const DAY_MS = 24 * 3600_000;

/** `r-BRANCH-HASH`: short, for names of buckets have it at their end, and another for each application and branch. */
export function environmentName(app: string, branch: string): string {
  const hash = createHash('sha256').update(`${app}\n${branch}`).digest('hex').slice(0, 6);
  const slug = branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 12)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? `r-${hash}` : `r-${slug}-${hash}`;
}

export interface Beginning {
  readonly branch: string;
  readonly number?: number;
  readonly settings: ReviewSettings;
}

/** The row of a review that is open, its end moved; a new one where there is none. Rejects with InvalidRequest, ReleaseUnderWay while it closes. */
export function beginReview(
  { ports }: ReviewPorts,
  { branch, number, settings: { app, appCreatedAt, days } }: Beginning,
): Promise<Review> {
  const now = ports.clock.now();
  return ports.store.transact(async (tx) => {
    const found = await tx.get(reviews, [app, branch]);
    if (found && found.createdAt < appCreatedAt)
      throw platformFailure('ReleaseUnderWay', `a review app of an earlier application ${app} is still there`, {
        fields: { next: `dalamb review:destroy ${branch}` },
      });
    if (found?.state === 'closing') throw platformFailure('ReleaseUnderWay', `the review app of ${branch} is being destroyed`);
    if (!found && (await tx.count(reviews, [app])) >= MOST)
      throw platformFailure('InvalidRequest', `${app} has ${MOST} review apps: destroy some with dalamb review:destroy BRANCH`);
    const fresh = { app, branch, environment: environmentName(app, branch), state: 'open', urls: [], createdAt: now } as const;
    const review: Review = { ...(found ?? fresh), ...(number !== undefined && { number }), expiresAt: now + days * DAY_MS };
    await tx.put(reviews, review);
    if (review.account !== undefined) await extendEnvironment(tx, review.account, review.expiresAt);
    return review;
  });
}

async function extendEnvironment(tx: Transaction, account: string, expiresAt: number): Promise<void> {
  const found = await tx.get(environments, [account]);
  if (found?.review) await tx.put(environments, { ...found, review: { ...found.review, expiresAt } });
}

/** Changes the row, if it is there still. */
export async function changeReview(
  { ports }: Pick<ReviewPorts, 'ports'>,
  { app, branch }: Pick<Review, 'app' | 'branch'>,
  change: (review: Review) => Review,
): Promise<Review | undefined> {
  return ports.store.transact(async (tx) => {
    const found = await tx.get(reviews, [app, branch]);
    if (!found) return undefined;
    const changed = change(found);
    await tx.put(reviews, changed);
    return changed;
  });
}

/** The account of a review's environment, which is made if it is not there: also after a kill in between. */
export async function ensureAccount(deps: ReviewPorts, review: Review, actor: Actor): Promise<string> {
  if (review.account !== undefined) return review.account;
  const { app, branch, environment: name, expiresAt } = review;
  const { account } =
    (await environmentOf(deps, review)) ?? (await deps.environments.create({ name, review: { app, branch, expiresAt } }, actor));
  await changeReview(deps, review, (one) => ({ ...one, account }));
  return account;
}

/** Undefined: there is none. Rejects with NameTaken when its name is another's. */
export async function environmentOf(
  { ports }: ReviewPorts,
  { app, branch, environment: name }: Review,
): Promise<Environment | undefined> {
  const found = await ports.findEnvironment(name);
  if (found && (found.review?.app !== app || found.review.branch !== branch))
    throw platformFailure('NameTaken', `environment ${name}`);
  return found;
}

export async function destroyEnvironment({ environments }: ReviewPorts, name: string, actor: Actor): Promise<void> {
  try {
    await environments.destroy(name, actor);
  } catch (error) {
    if (!isFailure(error, 'NoSuchThing')) throw error;
  }
}
