import type { Command } from 'commander';
import { appPath, wholeNumber } from './given.ts';
import { shortened } from './releases.ts';
import type { Stage } from './stage.ts';
import { duration, printable, table } from './table.ts';

interface ReviewShown {
  readonly branch: string;
  readonly environment: string;
  readonly account: string;
  readonly number?: number;
  readonly state: string;
  /** Why it is not as it should be. */
  readonly failure?: string;
  readonly release?: number;
  readonly commit?: string;
  readonly urls: readonly string[];
  readonly expiresAt: number;
}

interface SettingsShown {
  readonly base: string;
  readonly omit: readonly string[];
  readonly days: number;
}

interface SettingsOptions {
  readonly base?: string;
  readonly omit?: readonly string[];
  readonly inherit?: boolean;
  readonly days?: number;
}

export function addReviews(program: Command, stage: Stage): void {
  const path = (rest: string) => appPath(stage, `/${rest}`);
  program
    .command('review:create')
    .description('run a branch in an environment of its own, with copies of the declared resources; again: bring it up to date')
    .argument('<branch>', 'of the repository elsewhere, or pushed here')
    .action(async (branch: string) => {
      const { review } = await stage.api().post<{ review: ReviewShown }>(await path('reviews'), { branch });
      stage.answer({ review }, () => reviewText(review, stage.io.now()));
    });
  program
    .command('reviews')
    .description('review apps of an application')
    .action(async () => {
      const found = await stage.api().get<{ reviews: readonly ReviewShown[] }>(await path('reviews'));
      stage.answer(found, ({ reviews }) => reviewsText(reviews, stage.io.now()));
    });
  program
    .command('review:destroy')
    .description('take a review app away: its functions, its resources with their data, its environment')
    .argument('<branch>', 'its branch')
    .action(async (branch: string) => {
      const answer = await stage.api().remove<{ destroyed: string }>(await path('reviews'), { branch });
      stage.answer(answer, ({ destroyed }) => `destroyed the review app of ${printable(destroyed)}\n`);
    });
  program
    .command('reviews:settings')
    .description('what review apps begin with; without options: show it')
    .option('--base <environment>', 'whose configuration is copied')
    .option('--omit <names...>', 'variables that are not copied')
    .option('--inherit', 'copy all variables again')
    .option('--days <days>', 'how long one stays after its last change', wholeNumber)
    .action(async ({ base, omit, inherit, days }: SettingsOptions) => {
      const change = { base, omit: inherit === true ? [] : omit, days };
      const isChange = Object.values(change).some((one) => one !== undefined);
      const api = stage.api();
      const answer = isChange
        ? await api.put<SettingsShown>(await path('review-settings'), change)
        : await api.get<SettingsShown>(await path('review-settings'));
      stage.answer(answer, settingsText);
    });
}

function reviewText({ branch, environment, account, urls, expiresAt, release }: ReviewShown, now: number): string {
  const at = urls.length === 0 ? 'it has no route\n' : urls.map((url) => `${printable(url)}\n`).join('');
  const head = `${printable(branch)} runs as v${release ?? 0} in ${environment} (${account}), for ${duration(expiresAt - now)}`;
  return `${head}\n${at}`;
}

function reviewsText(reviews: readonly ReviewShown[], now: number): string {
  if (reviews.length === 0) return 'no review apps; make one with: dalamb review:create BRANCH\n';
  const rows = reviews.map(({ branch, number, environment, commit, state, failure, expiresAt, urls }) => [
    branch,
    number === undefined ? '' : `#${number}`,
    environment,
    commit?.slice(0, 7) ?? 'none yet',
    failure === undefined ? state : `${state}: ${shortened(failure)}`,
    expiresAt > now ? duration(expiresAt - now) : 'over',
    urls.join(' '),
  ]);
  return table(['BRANCH', 'REQUEST', 'ENVIRONMENT', 'COMMIT', 'STATE', 'STAYS', 'URL'], rows);
}

function settingsText({ base, omit, days }: SettingsShown): string {
  const left = omit.length === 0 ? '' : `, but for ${omit.join(', ')}`;
  return `review apps begin with the configuration of ${base}${left}; they stay ${days} days after their last change\n`;
}
