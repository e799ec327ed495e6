import { isFailure } from '../../kernel/index.ts';
import { outputOf, type RunGit } from './git-process.ts';

/** The commit that a branch is at, 40 hex digits; undefined when there is no such branch, or no repository. */
export async function commitOf(git: RunGit, repository: string, branch: string): Promise<string | undefined> {
  const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `refs/heads/${branch}^{commit}`];
  try {
    return (await outputOf(git, { args, repository })).toString('latin1').trim();
  } catch (error) {
    if (isFailure(error, 'GitFailed')) return undefined;
    throw error;
  }
}
