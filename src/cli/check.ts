import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { Stage } from './stage.ts';

export interface CheckHooks {
  readonly checkStore?: (directory: string) => Promise<readonly string[]>;
  readonly fails: () => void;
}

/** The one command that reads files: for a data directory that no server has open. */
export function addCheck(program: Command, stage: Stage, { checkStore, fails }: CheckHooks): void {
  program
    .command('check')
    .description('verify every checksum of a data directory; stop the server first')
    .argument('<directory>', 'the data directory')
    .action(async (directory: string) => {
      if (!checkStore) throw fail('NotImplemented', 'this build cannot check a data directory', { status: 501 });
      const problems = await checkStore(directory);
      if (problems.length > 0) fails();
      stage.answer({ directory, problems }, () =>
        problems.length === 0 ? `${directory} is whole\n` : `${problems.join('\n')}\n`,
      );
    });
}
