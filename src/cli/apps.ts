import { execFile } from 'node:child_process';
import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { Application, ApplicationStage } from '../model/index.ts';
import { appPath } from './given.ts';
import { type ReleaseShown, releasedText } from './releases.ts';
import type { Stage } from './stage.ts';
import { printable, table } from './table.ts';

interface AppShown {
  readonly application: Application;
  readonly stage: ApplicationStage;
  readonly release?: ReleaseShown;
  /** What dalamb dev runs, where there is no release with code. */
  readonly developed?: readonly { readonly name: string; readonly function: string }[];
  readonly urls: readonly string[];
}

export function addApps(program: Command, stage: Stage): void {
  program
    .command('create')
    .description('create an application: then git push it')
    .argument('<app>', 'its name')
    .requiredOption('--role <arn>', 'execution role of its functions')
    .option('--branch <branch>', 'pushes to it release', 'main')
    .action(async (name: string, { role, branch }: { role: string; branch: string }) => {
      const api = stage.api();
      const made = await api.post<AppShown>('/apps', { name, role, branch });
      stage.answer(made, () => `created ${name}\nnext: dalamb git:remote ${name} && git push dalamb ${branch}\n`);
    });
  program
    .command('apps')
    .description('applications of the environment')
    .action(async () => stage.answer(await stage.api().get<{ apps: readonly ApplicationStage[] }>('/apps'), appsText));
  program
    .command('info')
    .description('an application: its release, processes and routes')
    .action(async () => stage.answer(await stage.api().get<AppShown>(await appPath(stage)), infoText));
  program
    .command('ps')
    .description('processes of an application, each a function')
    .action(async () => stage.answer(await stage.api().get<AppShown>(await appPath(stage)), processesText));
  program
    .command('open')
    .description('the addresses at which an application answers')
    .action(async () => stage.answer(await stage.api().get<AppShown>(await appPath(stage)), urlsText));
  program
    .command('destroy')
    .description('take an application out of the environment: functions, event sources, releases; its data stays')
    .argument('<app>', 'its name')
    .option('--confirm <app>', 'its name again: this cannot be undone')
    .action(async (app: string, { confirm }: { confirm?: string }) => {
      if (confirm !== app) throw fail('WrongUsage', `this cannot be undone; say: dalamb destroy ${app} --confirm ${app}`);
      const answer = await stage.api().remove<{ kept: string }>(`/apps/${encodeURIComponent(app)}`, { confirm });
      stage.answer(answer, ({ kept }) => `destroyed ${app}; kept: ${kept}\n`);
    });
  program
    .command('git:remote')
    .description('make this git repository push to an application: git push dalamb main')
    .argument('<app>', 'its name')
    .option('--ssh', 'over SSH, with a key that was added by ssh-keys:add')
    .action(async (app: string, { ssh }: { ssh?: boolean }) => {
      const { application } = await stage.api().get<AppShown>(`/apps/${encodeURIComponent(app)}`);
      const url = ssh ? await sshUrl(stage, app) : `${stage.api().url}/_dalamb/git/${application.name}.git`;
      await setRemote(url);
      stage.answer({ remote: 'dalamb', url }, () => `remote dalamb is ${url}\nnext: git push dalamb ${application.branch}\n`);
    });
}

interface GitShown {
  readonly ssh: { readonly port: number; readonly fingerprint: string } | null;
}

async function sshUrl(stage: Stage, app: string): Promise<string> {
  const { ssh } = await stage.api().get<GitShown>('/git');
  if (ssh !== null) return `ssh://git@${new URL(stage.api().url).hostname}:${ssh.port}/${app}.git`;
  throw fail('NoSuchThing', 'git is not served over SSH here', {
    fields: { next: 'set git.ssh_port in the configuration of the platform' },
  });
}

async function setRemote(url: string): Promise<void> {
  const git = (...args: string[]) =>
    new Promise<string | undefined>((resolve) => {
      execFile('git', args, { timeout: 10_000 }, (error, _out, said) =>
        resolve(error ? said.trim() || error.message : undefined),
      );
    });
  if ((await git('remote', 'add', 'dalamb', url)) === undefined) return;
  const failed = await git('remote', 'set-url', 'dalamb', url);
  if (failed !== undefined)
    throw fail('NoRepository', `git: ${failed}`, { fields: { next: 'run this inside a git repository: git init' } });
}

function appsText({ apps }: { apps: readonly ApplicationStage[] }): string {
  if (apps.length === 0) return 'no applications here; make one with: dalamb create APP --role ARN\n';
  const rows = apps.map(({ app, current, role }) => [app, current === undefined ? 'none yet' : `v${current}`, role]);
  return table(['APP', 'RELEASE', 'ROLE'], rows);
}

function infoText(shown: AppShown): string {
  const { application, stage, release } = shown;
  const head = `${application.name}, branch ${application.branch}, role ${stage.role}\n`;
  return `${head}${release === undefined ? 'no release yet\n' : releasedText({ release, urls: shown.urls })}${processesText(shown)}`;
}

function processesText({ application, release, developed = [] }: AppShown): string {
  if (developed.length > 0)
    return table(
      ['IN DEVELOPMENT', 'FUNCTION'],
      developed.map((one) => [one.name, one.function]),
    );
  if (!release || release.processes.length === 0) return `no processes yet: git push dalamb ${application.branch}\n`;
  const rows = release.processes.map((one) => [
    one.name,
    one.function,
    one.runtime ?? 'image',
    one.handler,
    `${one.memoryMiB} MB`,
    `${one.timeoutSeconds} s`,
    one.sources.map(({ source }) => source).join(' '),
  ]);
  return table(['PROCESS', 'FUNCTION', 'RUNTIME', 'HANDLER', 'MEMORY', 'TIMEOUT', 'EVENT SOURCES'], rows);
}

function urlsText({ urls }: AppShown): string {
  return urls.length === 0
    ? 'it has no route: dalamb event-sources:add FUNCTION "http:GET /"\n'
    : urls.map((url) => `${printable(url)}\n`).join('');
}
