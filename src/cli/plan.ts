import { execFile } from 'node:child_process';
import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { ReleaseDifference } from '../model/index.ts';
import { appPath } from './given.ts';
import { differencesText } from './releases.ts';
import type { Stage } from './stage.ts';

interface Planned {
  readonly release: number;
  readonly differences: readonly ReleaseDifference[];
  readonly lines: readonly string[];
}

const MOST_BYTES = 1024 ** 3;
const GIT_MS = 60_000;

export function addPlan(program: Command, stage: Stage): void {
  program
    .command('plan')
    .description('what a push of this commit would change; it is built, and nothing is released')
    .argument('[commit]', 'of the git repository around', 'HEAD')
    .action(async (commit: string) => {
      const tree = new Blob([await (stage.io.archive ?? archive)(commit)]);
      const planned = await stage.api().post<Planned>(await appPath(stage, '/plan'), tree);
      stage.answer(planned, ({ release, differences }) => `v${release} would be:\n${differencesText(differences)}`);
    });
}

/** A tar of a commit's files. Rejects with NoRepository, in git's own words. */
function archive(commit: string): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: MOST_BYTES, timeout: GIT_MS } as const;
    execFile('git', ['archive', '--format=tar', '--end-of-options', commit], options, (error, stdout, stderr) => {
      if (error) reject(fail('NoRepository', `git: ${stderr.toString('utf8').trim() || error.message}`));
      else resolve(stdout as Buffer<ArrayBuffer>);
    });
  });
}
