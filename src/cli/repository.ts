import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { RepositoryEvent } from '../model/index.ts';
import { appPath, textOf } from './given.ts';
import type { Stage } from './stage.ts';
import { duration, printable, table } from './table.ts';

interface RepositoryShown {
  readonly provider: string;
  readonly url: string;
  readonly branches: Readonly<Record<string, string>>;
  readonly reviews: boolean;
  readonly credentials: string;
  readonly webhook: string;
}

interface Shown {
  readonly repository: RepositoryShown;
  readonly deliveries: readonly {
    readonly at: number;
    readonly event: RepositoryEvent;
    readonly state: string;
    readonly detail?: string;
  }[];
}

interface ConnectOptions {
  readonly branch?: readonly string[];
  readonly reviews?: boolean;
  readonly apiUrl?: string;
  readonly credentials?: boolean;
}

export function addRepository(program: Command, stage: Stage): void {
  const path = () => appPath(stage, '/repository');
  program
    .command('repository')
    .description('the repository elsewhere that an application is released from, and what its webhook told last')
    .action(async () => stage.answer(await stage.api().get<Shown>(await path()), (found) => shownText(found, stage.io.now())));
  program
    .command('repository:connect')
    .description('release pushes to a repository elsewhere: answers a webhook and its secret to enter there')
    .argument('<provider>', 'github, gitlab, bitbucket or gitea')
    .argument('<url>', 'https://github.com/OWNER/NAME')
    .option('--branch <branch=environment...>', 'pushes to the branch release in the environment')
    .option('--reviews', 'pull requests make review apps')
    .option('--api-url <url>', 'API of a host of your own; default below the url')
    .option('--credentials', 'read a token, or user:password, from standard input')
    .action(async (provider: string, url: string, options: ConnectOptions) => {
      const credentials = options.credentials === true ? credentialsOf(await textOf(stage, '-')) : undefined;
      const branches = Object.fromEntries((options.branch ?? []).map(branchOf));
      const asked = { provider, url, branches, reviews: options.reviews === true, apiUrl: options.apiUrl, credentials };
      const made = await stage.api().post<{ repository: RepositoryShown; secret: string }>(await path(), asked);
      stage.answer(made, connectedText);
    });
  program
    .command('repository:disconnect')
    .description('release from the repository elsewhere no more; what runs stays')
    .action(async () => {
      const answer = await stage.api().remove<{ disconnected: string }>(await path());
      stage.answer(answer, ({ disconnected }) => `${disconnected} is connected to no repository elsewhere\n`);
    });
}

function branchOf(text: string): [string, string] {
  const found = /^(.+)=([^=]+)$/.exec(text);
  if (!found) throw fail('WrongUsage', `--branch ${text}: say BRANCH=ENVIRONMENT`);
  return [found[1]!, found[2]!];
}

/** From standard input, so that no list of processes shows them. */
function credentialsOf(input: string): object {
  const text = input.trim();
  if (text === '') throw fail('WrongUsage', '--credentials reads a token, or user:password, from standard input, which is empty');
  const colon = text.indexOf(':');
  return colon === -1 ? { token: text } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function connectedText({ repository, secret }: { repository: RepositoryShown; secret: string }): string {
  const events = repository.reviews ? 'pushes and pull requests' : 'pushes';
  return `${repositoryText(repository)}secret: ${secret}\nnext: add a webhook for ${events} there, with this address and secret, as JSON; the secret is not shown again\n`;
}

function repositoryText({ provider, url, branches, reviews, credentials, webhook }: RepositoryShown): string {
  const lines = [
    `${provider}: ${printable(url)}`,
    ...Object.entries(branches).map(
      ([branch, environment]) => `branch ${printable(branch)} releases in ${printable(environment)}`,
    ),
    `review apps: ${reviews ? 'for pull requests, but of forks' : 'off'}`,
    `credentials: ${credentials}`,
    `webhook: ${printable(webhook)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function shownText({ repository, deliveries }: Shown, now: number): string {
  const rows = deliveries.map(({ at, event, state, detail }) => [
    `${duration(now - at)} ago`,
    wordsOf(event),
    state,
    detail ?? '',
  ]);
  return `${repositoryText(repository)}${rows.length === 0 ? 'nothing was told yet\n' : table(['WHEN', 'EVENT', 'STATE', 'WHAT CAME OF IT'], rows)}`;
}

function wordsOf(event: RepositoryEvent): string {
  if (event.kind === 'push') return `push to ${event.branch}`;
  return event.kind === 'pull' ? `${event.action} #${event.number} of ${event.branch}` : '-';
}
