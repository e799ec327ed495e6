import { allRows, isFailure } from '../../kernel/index.ts';
import { type Actor, functionName } from '../../model/index.ts';
import { destroyStage } from '../apps/applications.ts';
import { releases, stages } from '../collections.ts';
import { realResources } from '../releases/resources.ts';
import { type Leftovers, type Review, reviews } from './collections.ts';
import { deleteLeftovers } from './leftovers.ts';
import type { ReviewPorts } from './ports.ts';
import { changeReview, destroyEnvironment, environmentOf } from './rows.ts';
import { baseOf, settingsOf } from './settings.ts';

/**
 * Takes a review app away: event sources, functions and releases, resources with their data, role, environment, and its row last. Can be
 * repeated, and goes on where it was stopped. Resolves false when there is none.
 */
export async function closeReview(
  deps: ReviewPorts,
  { app, branch }: Pick<Review, 'app' | 'branch'>,
  actor: Actor,
  signal: AbortSignal,
): Promise<boolean> {
  const { ports, git } = deps;
  const found = await changeReview(deps, { app, branch }, (one) => ({ ...one, state: 'closing' }));
  if (!found) return false;
  const account = found.account ?? (await environmentOf(deps, found))?.account;
  if (account !== undefined) {
    const leftovers = found.leftovers ?? (await noteLeftovers(deps, found, account));
    try {
      const destroy = () => destroyStage(ports, app, account, actor);
      if (await deps.releases.alone({ app, account }, signal, destroy)) await git.removeRepository(app);
    } catch (error) {
      if (!isFailure(error, 'NoSuchThing')) throw error;
    }
    const place = { account, region: leftovers.region };
    await deleteLeftovers(ports.operateAt(place), place, leftovers, signal);
    await destroyEnvironment(deps, found.environment, actor);
  }
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    if (!(await tx.delete(reviews, [app, branch]))) return;
    const where = account === undefined ? {} : { account };
    await ports.audit(tx, { actor, action: 'review:destroy', app, ...where, detail: `${branch}, ${found.environment}`, at });
  });
  return true;
}

/** Written down before the releases that know it go. */
async function noteLeftovers(deps: ReviewPorts, review: Review, account: string): Promise<Leftovers> {
  const { app, environment } = review;
  const { read } = deps.ports.store;
  const stage = await read.get(stages, [app, account]);
  const known = await allRows(read, releases, { prefix: [app, account] });
  const place = { name: environment, home: false };
  const resources = known.flatMap(({ contents }) => realResources(app, contents.resources, place));
  const processes = known.flatMap(({ contents }) => contents.processes.map(({ name }) => functionName(app, name)));
  const role = stage?.role ?? (await baseRole(deps, app));
  const leftovers: Leftovers = {
    region: stage?.region ?? 'us-east-1',
    role: role.slice(role.lastIndexOf('/') + 1),
    functions: [...new Set(processes)],
    resources: [...new Map(resources.map(({ kind, real }) => [`${kind} ${real}`, { kind, real }])).values()],
  };
  await changeReview(deps, review, (one) => ({ ...one, account, leftovers }));
  return leftovers;
}

/** For what was killed between its role and its stage; empty when the base is gone too. */
async function baseRole({ ports }: ReviewPorts, app: string): Promise<string> {
  try {
    return (await baseOf(ports, await settingsOf(ports, app))).stage.role;
  } catch (error) {
    if (isFailure(error, 'NoSuchThing')) return '';
    throw error;
  }
}
