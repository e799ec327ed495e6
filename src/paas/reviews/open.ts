import { isFailure, platformFailure } from '../../kernel/index.ts';
import type { Actor, CommitReport, Release, resourceName } from '../../model/index.ts';
import { findApplication, urlsOf } from '../apps/applications.ts';
import { changeConfig, currentRelease, readConfig } from '../apps/stage-changes.ts';
import { checkBranch } from '../branch-names.ts';
import { applications, type StoredStage, stages } from '../collections.ts';
import { realResources } from '../releases/resources.ts';
import type { RepositoryLink } from '../webhooks/collections.ts';
import { fetchBranch } from '../webhooks/fetch-branch.ts';
import { findLink } from '../webhooks/links.ts';
import { releaseUrl } from '../webhooks/release-branch.ts';
import { comment, reportStatus } from '../webhooks/reports.ts';
import type { Review, ReviewSettings } from './collections.ts';
import { copyRole } from './copy-role.ts';
import type { ReviewPorts } from './ports.ts';
import { beginReview, changeReview, ensureAccount } from './rows.ts';
import { baseOf, settingsOf } from './settings.ts';

export interface OpenReview {
  readonly app: string;
  readonly branch: string;
  /** Of the pull or merge request, if it is of one. */
  readonly number?: number;
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/**
 * Makes the review app of a branch, or brings it up to date: its environment, a copy of the base's role and configuration, empty copies of the
 * declared resources, a release of what the branch is at now. Can be repeated after whatever failed. Rejects with NoSuchThing, InvalidRequest,
 * FetchFailed, BuildFailed, ReleaseFailed.
 */
export async function openReview(deps: ReviewPorts, asked: OpenReview): Promise<Review> {
  const { app, branch, number, actor, signal } = asked;
  const { ports } = deps;
  checkBranch(branch);
  const settings = await settingsOf(ports, app);
  const { stage: base } = await baseOf(ports, settings);
  const link = await findLink(ports.store.read, app);
  const commit = await commitOf(deps, link, asked);
  const begun = await beginReview(deps, { branch, ...(number !== undefined && { number }), settings });
  const tell = (state: CommitReport['state'], description: string, url = publicUrl(deps, begun)) =>
    link ? reportStatus(deps.report, link, { commit, state, description, url, context: 'dalamb/review' }, signal) : undefined;
  await tell('pending', 'the review app is being made');
  try {
    const account = await ensureAccount(deps, begun, actor);
    const release = await releaseThere(deps, asked, { settings, base, account, environment: begun.environment, commit });
    const urls = await urlsHere(deps, app, account);
    const made = await changeReview(deps, begun, ({ failure: _, ...one }) => ({ ...one, account, commit, release, urls }));
    const url = urls[0] ?? releaseUrl(deps.publicUrl(), { app, account }, release);
    await tell('success', `the review app runs as v${release}`, url);
    if (link && number !== undefined && begun.release === undefined)
      await comment(deps.report, link, { number, text: commentText(made ?? begun) }, signal);
    return made ?? begun;
  } catch (error) {
    const failure = isFailure(error) ? error.message : 'a defect of dalamb';
    await changeReview(deps, begun, (one) => ({ ...one, failure }));
    if (!signal.aborted) await tell('failure', failure);
    throw error;
  }
}

/** Of the repository elsewhere where there is one, else of the application's own. */
async function commitOf(
  { ports, git }: ReviewPorts,
  link: RepositoryLink | undefined,
  { app, branch, signal }: OpenReview,
): Promise<string> {
  if (link) return fetchBranch({ ports, git }, link, branch, signal);
  const commit = await git.commitOf(app, branch);
  if (commit === undefined)
    throw platformFailure('NoSuchThing', `branch ${branch} of ${app}`, {
      fields: { next: `push it: git push dalamb ${branch}` },
    });
  return commit;
}

interface There {
  readonly settings: ReviewSettings;
  readonly base: StoredStage;
  readonly account: string;
  readonly environment: string;
  readonly commit: string;
}

/** Resolves to the number of the release that runs the commit. */
async function releaseThere(deps: ReviewPorts, { app, actor, signal }: OpenReview, there: There): Promise<number> {
  const { account, commit } = there;
  await makeStage(deps, { app, actor }, there);
  const line = () => {};
  const current = await currentRelease(deps, app, account);
  if (current === undefined) {
    const set = await copiedConfig(deps, app, there);
    if (Object.keys(set).length > 0) await changeConfig(deps, { app, account, actor, line, signal }, { set, unset: [] });
  }
  if (current?.commit === commit) return current.number;
  const source = await deps.git.archive(app, commit);
  return (await deps.deploy({ app, account, commit, source, author: actor.name, line, signal })).release;
}

/** The stage with its role; made before the first release, and the same ever after. */
async function makeStage(
  { ports, releases }: ReviewPorts,
  { app, actor }: Pick<OpenReview, 'app' | 'actor'>,
  { base, account, environment }: There,
): Promise<void> {
  if (await ports.store.read.get(stages, [app, account])) return;
  const { region } = base;
  const running = await currentRelease({ ports, releases }, app, base.account);
  const { application } = await findApplication(ports, app, base.account);
  const from = (await ports.findEnvironment(base.account))?.name ?? base.account;
  const names = namesOf(app, running, [
    { name: from, home: application.home === base.account },
    { name: environment, home: false },
  ]);
  const places = { from: { account: base.account, region }, to: { account, region } };
  const role = await copyRole(ports.operateAt, { role: base.role, ...places, names });
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    if (!(await tx.get(applications, [app]))) throw platformFailure('NoSuchThing', `application ${app}`); // it may have gone meanwhile
    await tx.put(stages, { app, account, region, role, next: 1 });
    await ports.audit(tx, { actor, action: 'review:create', app, account, detail: `environment ${environment}`, at });
  });
}

type Where = Parameters<typeof resourceName>[2];

/** Real names of the declared resources of a release, in one environment → in another. */
function namesOf(app: string, running: Release | undefined, [from, to]: readonly [Where, Where]): ReadonlyMap<string, string> {
  const declared = running?.contents.resources ?? [];
  const there = realResources(app, declared, from);
  const here = realResources(app, declared, to);
  return new Map(there.map(({ real }, i) => [real, here[i]!.real]));
}

async function copiedConfig(deps: ReviewPorts, app: string, { settings, base }: There): Promise<Record<string, string>> {
  const all = await readConfig(deps, app, base.account);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !settings.omit.includes(name)));
}

async function urlsHere({ ports }: ReviewPorts, app: string, account: string): Promise<readonly string[]> {
  const routes = await urlsOf(ports, app, account); // `GET /path http://…`
  return [...new Set(routes.map((route) => route.slice(route.lastIndexOf(' ') + 1)))];
}

function publicUrl(deps: ReviewPorts, { app, account }: Review): string {
  return account === undefined ? deps.publicUrl() : releaseUrl(deps.publicUrl(), { app, account });
}

function commentText({ app, branch, environment, urls, expiresAt }: Review): string {
  const where = urls.length === 0 ? 'It has no route.' : urls.join('\n');
  const until = new Date(expiresAt).toISOString().slice(0, 10);
  return `Review app of **${app}** for \`${branch}\`, in environment \`${environment}\`:\n\n${where}\n\nIt follows the branch, and goes on ${until} or when this is closed.`;
}
