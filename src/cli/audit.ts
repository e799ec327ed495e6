import type { Command } from 'commander';
import type { Actor } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface Entry {
  readonly at: number;
  readonly actor: Actor;
  readonly action: string;
  readonly app?: string;
  readonly account?: string;
  readonly detail: string;
}

interface Trail {
  readonly entries: readonly Entry[];
  /** Give as before for older ones. */
  readonly next?: number;
}

interface Options {
  readonly by?: string;
  readonly limit?: string;
  readonly before?: string;
}

export function addAudit(program: Command, stage: Stage): void {
  program
    .command('audit')
    .description('who did what, newest first; --app, --env: there')
    .option('--by <user>', 'only by them')
    .option('--limit <n>', 'so many entries', '50')
    .option('--before <n>', 'older than what was shown')
    .action(async ({ by, limit, before }: Options) => {
      const { app } = stage.given();
      stage.answer(await stage.api().get<Trail>('/audit', { app, actor: by, limit, before }), trailText);
    });
}

function trailText({ entries, next }: Trail): string {
  const more = next === undefined ? '' : `next: dalamb audit --before ${next}\n`;
  if (entries.length === 0) return more === '' ? 'nothing here\n' : more;
  const rows = entries.map(({ at, actor, action, app = '', account = '', detail }) => [
    new Date(at).toISOString(),
    actor.credential === undefined ? actor.name : `${actor.name} (${actor.credential})`,
    action,
    app,
    account,
    detail,
  ]);
  return `${table(['TIME', 'BY', 'WHAT', 'APP', 'ACCOUNT', 'DETAIL'], rows)}${more}`;
}
