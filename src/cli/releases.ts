import type { Command } from 'commander';
import type { Process, ReleaseDifference } from '../model/index.ts';
import { appPath } from './given.ts';
import type { Stage } from './stage.ts';
import { duration, printable, table } from './table.ts';

export interface ReleaseShown {
  readonly number: number;
  readonly description: string;
  readonly author: string;
  readonly createdAt: number;
  readonly state: string;
  readonly failure?: string;
  readonly commit?: string;
  readonly config: readonly string[];
  readonly processes: readonly (Process & { readonly function: string })[];
}

export interface Released {
  readonly release: ReleaseShown;
  readonly urls: readonly string[];
  readonly lines?: readonly string[];
}

interface RollbackPlan {
  readonly to: number;
  readonly differences: readonly ReleaseDifference[];
  readonly stays: readonly string[];
  readonly streams: readonly string[];
}

interface Promoted extends Released {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

export function addReleases(program: Command, stage: Stage): void {
  const path = (rest: string) => appPath(stage, rest);
  program
    .command('releases')
    .description('what ran and runs, newest first')
    .option('--before <release>', 'older ones than this')
    .action(async ({ before }: { before?: string }) =>
      stage.answer(await stage.api().get<{ releases: readonly ReleaseShown[] }>(await path('/releases'), { before }), (found) =>
        listText(found.releases, stage.io.now()),
      ),
    );
  program
    .command('releases:show')
    .description('one release')
    .argument('<release>', 'v4')
    .action(async (release: string) =>
      stage.answer(await stage.api().get<ReleaseShown>(await path(`/releases/${encodeURIComponent(release)}`)), showText),
    );
  program
    .command('releases:diff')
    .description('what differs between two releases; values of variables are not shown')
    .argument('<from>', 'v3')
    .argument('<to>', 'v4')
    .action(async (from: string, to: string) =>
      stage.answer(
        await stage.api().get<{ differences: readonly ReleaseDifference[] }>(await path('/diff'), { from, to }),
        ({ differences }) => differencesText(differences),
      ),
    );
  program
    .command('rollback')
    .description('run what an earlier release ran: code, configuration, event sources; data stays as it is')
    .argument('[release]', 'v4; default the one before the current')
    .option('--streams', 'go back in streams too, to where they were when that release ceased to run')
    .option('--plan', 'only say what it would change, and what it would not')
    .action(async (asked: string | undefined, { streams, plan }: { streams?: true; plan?: true }) => {
      const told = await stage.api().get<RollbackPlan>(await path('/rollback'), { to: asked });
      if (plan) return stage.answer(told, planText);
      if (!stage.json()) stage.io.out(planText(told));
      const body = { to: told.to, ...(streams && { streams }) };
      stage.answer(await stage.api().post<Released>(await path('/rollback'), body), releasedText);
    });
  program
    .command('promote')
    .description('bring what runs here to another environment, unchanged; its own configuration stays')
    .requiredOption('--to <environment>', 'name or account')
    .option('--role <arn>', 'execution role there; default the one of the same name')
    .action(async ({ to, role }: { to: string; role?: string }) =>
      stage.answer(await stage.api().post<Promoted>(await path('/promote'), { to, role }), promotedText),
    );
}

function planText({ to, differences, stays, streams }: RollbackPlan): string {
  const data = stays.length > 0 ? `data stays as it is: ${printable(stays.join(', '))}\n` : '';
  const read = streams.length > 0 ? `streams go on where they are, but with --streams: ${printable(streams.join(', '))}\n` : '';
  return `back to v${to}:\n${differencesText(differences)}${data}${read}`;
}

/** What a change ended in. */
export function releasedText({ release, urls, lines = [] }: Released): string {
  const said = lines.map((line) => `${printable(line)}\n`).join('');
  const at = urls.map((url) => `${printable(url)}\n`).join('');
  return `${said}v${release.number}: ${printable(release.description)}\n${at}`;
}

function promotedText(promoted: Promoted): string {
  const { missing, extra } = promoted;
  const less = missing.length === 0 ? '' : `not set there: ${missing.join(', ')}\n`;
  const more = extra.length === 0 ? '' : `set only there: ${extra.join(', ')}\n`;
  return releasedText(promoted) + less + more;
}

const LONGEST = 100;
/** As many as the server tells at a time. */
const PAGE = 50;

function listText(releases: readonly ReleaseShown[], now: number): string {
  if (releases.length === 0) return 'no releases yet: git push dalamb main\n';
  const rows = releases.map(({ number, state, description, author, createdAt, failure }) => [
    `v${number}`,
    state,
    shortened(failure === undefined ? description : `${description}: ${failure}`),
    author,
    `${duration(now - createdAt)} ago`,
  ]);
  const older = releases.length < PAGE ? '' : `older ones: dalamb releases --before v${releases.at(-1)!.number}\n`;
  return `${table(['RELEASE', 'STATE', 'WHAT', 'WHO', 'WHEN'], rows)}${older}`;
}

/** A long reason would push the columns after it out of sight; releases:show has all of it. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function showText(release: ReleaseShown): string {
  const { number, state, description, author, createdAt, commit, config, failure } = release;
  const rows = release.processes.map((one) => [
    one.name,
    one.runtime ?? 'image',
    one.handler,
    `${one.memoryMiB} MB`,
    `${one.timeoutSeconds} s`,
  ]);
  return [
    `v${number} (${state}): ${printable(description)}\n`,
    failure === undefined ? '' : `failed: ${printable(failure)}\n`,
    `by ${printable(author)} at ${new Date(createdAt).toISOString()}\n`,
    commit === undefined ? '' : `commit ${commit}\n`,
    config.length === 0 ? '' : `variables: ${config.join(', ')}\n`,
    rows.length === 0 ? '' : table(['PROCESS', 'RUNTIME', 'HANDLER', 'MEMORY', 'TIMEOUT'], rows),
  ].join('');
}

/** Lines of a comparison; values of variables are not among them. */
export function differencesText(differences: readonly ReleaseDifference[]): string {
  if (differences.length === 0) return 'no difference\n';
  return differences
    .map(({ what, before, after }) => printable(`${what}: ${before ?? '(none)'} → ${after ?? '(none)'}`))
    .map((line) => `${line}\n`)
    .join('');
}
