import { isFailure, platformFailure } from '../../kernel/index.ts';
import type { CommitReport, Deploy } from '../../model/index.ts';
import { findApplication } from '../apps/applications.ts';
import { releases } from '../collections.ts';
import type { Git } from '../git/git.ts';
import type { PaasPorts } from '../ports.ts';
import type { RepositoryLink } from './collections.ts';
import { fetchBranch } from './fetch-branch.ts';
import { type ReportPorts, reportStatus } from './reports.ts';

export interface BranchPorts {
  readonly ports: PaasPorts;
  readonly git: Pick<Git, 'fetchInto' | 'archive'>;
  readonly deploy: Deploy;
  readonly report: ReportPorts;
  /** `https://dalamb.example`, as people reach the platform. */
  readonly publicUrl: () => string;
}

export interface BranchRelease {
  readonly link: RepositoryLink;
  readonly branch: string;
  readonly sender: string;
  readonly signal: AbortSignal;
}

/**
 * Releases what a branch elsewhere is at now into its environment, and tells the host of it. Resolves to what came of it, for people. Rejects
 * as fetching and releasing do.
 */
export async function releaseBranch(deps: BranchPorts, { link, branch, sender, signal }: BranchRelease): Promise<string> {
  const { ports, git, deploy } = deps;
  const { app } = link;
  const account = await accountOf(ports, link.branches[branch]);
  const commit = await fetchBranch(deps, link, branch, signal);
  const { stage } = await findApplication(ports, app, account);
  const url = (release?: number) => releaseUrl(deps.publicUrl(), { app, account }, release);
  const report = (state: CommitReport['state'], description: string, release?: number) => {
    const context = `dalamb/${link.branches[branch]}`;
    return reportStatus(deps.report, link, { commit, state, description, url: url(release), context }, signal);
  };
  const current = stage.current === undefined ? undefined : await ports.store.read.get(releases, [app, account, stage.current]);
  if (current?.commit === commit) {
    await report('success', `v${current.number} runs it already`, current.number);
    return `${commit.slice(0, 7)} runs already: v${current.number}`;
  }
  await report('pending', 'building');
  try {
    const source = await git.archive(app, commit);
    const order = { app, account, commit, source, author: authorOf(link, sender), line: () => {}, signal };
    const { release } = await deploy(order);
    await report('success', `released as v${release}`, release);
    return `${commit.slice(0, 7)} released as v${release}`;
  } catch (error) {
    if (!signal.aborted) await report('failure', isFailure(error) ? error.message : 'a defect of dalamb');
    throw error;
  }
}

/** Rejects with NoSuchThing. */
export async function accountOf(
  { findEnvironment }: Pick<PaasPorts, 'findEnvironment'>,
  name: string | undefined,
): Promise<string> {
  const environment = name === undefined ? undefined : await findEnvironment(name);
  if (!environment)
    throw platformFailure('NoSuchThing', `environment ${name ?? 'of this branch'}`, {
      fields: { next: 'see what is there with: dalamb env' },
    });
  return environment.account;
}

/** Where a release, or all of a stage, can be read. */
export function releaseUrl(
  base: string,
  { app, account }: { readonly app: string; readonly account: string },
  release?: number,
): string {
  const path = release === undefined ? 'releases' : `releases/${release}`;
  return `${base.replace(/\/+$/, '')}/_dalamb/api/v1/apps/${app}/${path}?account=${account}`;
}

/** As releases name who made them: `github:octocat`. */
export function authorOf({ provider }: Pick<RepositoryLink, 'provider'>, sender: string): string {
  return `${provider}:${sender.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '').slice(0, 80)}`;
}
