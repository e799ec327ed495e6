import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { Environment } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

export function addEnv(program: Command, stage: Stage): void {
  program
    .command('env')
    .description('environments that have a name')
    .action(async () => stage.answer(await stage.api().get<{ environments: readonly Environment[] }>('/environments'), listText));
  program
    .command('env:create')
    .description('make an environment, with an account of its own')
    .argument('<name>', 'its name')
    .action(async (name: string) => {
      const made = await stage.api().post<Environment>('/environments', { name });
      stage.answer(made, ({ account }) => `made ${name}: account ${account}\nnext: dalamb … --env ${name}\n`);
    });
  program
    .command('env:rename')
    .description('give an environment another name, or 12 digits their first; its account stays')
    .argument('<name>', 'as it is called')
    .argument('<to>', 'as it will be')
    .action(async (name: string, to: string) => {
      const renamed = await stage.api().put<Environment>(pathOf(name), { name: to });
      stage.answer(renamed, ({ account }) => `${name} is ${to} now, account ${account} still\n`);
    });
  program
    .command('env:destroy')
    .description('take an environment away that has no applications, with all roles in it')
    .argument('<name>', 'its name')
    .option('--confirm <name>', 'its name again: this cannot be undone')
    .action(async (name: string, { confirm }: { confirm?: string }) => {
      if (confirm !== name) throw fail('WrongUsage', `this cannot be undone; say: dalamb env:destroy ${name} --confirm ${name}`);
      const answer = await stage.api().remove<{ kept: string }>(pathOf(name), { confirm });
      stage.answer(answer, ({ kept }) => `destroyed ${name}; kept: ${kept}\n`);
    });
}

const pathOf = (name: string) => `/environments/${encodeURIComponent(name)}`;

function listText({ environments }: { environments: readonly Environment[] }): string {
  return table(
    ['NAME', 'ACCOUNT', 'KIND', 'CREATED', 'FOR'],
    environments.map(({ name, account, kind, createdAt, review }) => [
      name,
      account,
      kind,
      createdAt === 0 ? '' : new Date(createdAt).toISOString(),
      review ? `${review.app} ${review.branch}, until ${new Date(review.expiresAt).toISOString()}` : '',
    ]),
  );
}
