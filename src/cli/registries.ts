import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { RegistryList, RegistryLogin } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

export function addRegistries(program: Command, stage: Stage): void {
  const registries = program.command('registries').description('logins of the environment at other registries of images');
  const path = (host: string) => `/registries/${encodeURIComponent(host)}`;
  registries
    .command('add')
    .description('keep a login; its password is read from standard input')
    .argument('<host>', 'HOST or HOST:PORT')
    .requiredOption('--user <user>', 'who logs in')
    .action(async (host: string, { user }: { user: string }) => {
      const password = (await stage.io.stdin()).toString('utf8').replace(/\r?\n$/, '');
      if (password === '') throw fail('NoPassword', 'no password came from standard input');
      stage.answer(await stage.api().put<RegistryLogin>(path(host), { user, password }), (one) => `${one.user} at ${one.host}\n`);
    });
  registries
    .command('list')
    .description('logins, without their passwords')
    .action(async () => stage.answer(await stage.api().get<RegistryList>('/registries'), listText));
  registries
    .command('remove')
    .description('forget a login')
    .argument('<host>', 'HOST or HOST:PORT')
    .action(async (host: string) => stage.answer(await stage.api().remove(path(host)), () => `removed ${host}\n`));
}

function listText({ registries }: RegistryList): string {
  if (registries.length === 0) return 'no logins; keep one with: dalamb registries add HOST --user USER\n';
  return table(
    ['REGISTRY', 'USER', 'SINCE'],
    registries.map(({ host, user, created }) => [host, user, new Date(created).toISOString()]),
  );
}
