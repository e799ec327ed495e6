import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { fail, isFailure } from '../kernel/index.ts';
import type { LogEntry, LogPage } from '../model/index.ts';
import type { Stage } from './run.ts';
import { printable } from './table.ts';

interface LogOptions {
  readonly group?: string;
  readonly follow?: boolean;
  readonly since: string;
  readonly filter?: string;
}

export function addLogs(program: Command, stage: Stage): void {
  program
    .command('logs')
    .description('log lines of a function')
    .argument('[function]', 'its name')
    .option('--group <name>', 'a log group instead of a function')
    .option('-f, --follow', 'go on with what comes')
    .option('--since <time>', 'how far back: 30s, 10m, 2h, 1d, or an ISO date', '10m')
    .option('--filter <pattern>', 'only lines that match a CloudWatch filter pattern')
    .action((name: string | undefined, options: LogOptions) => logs(stage, name, options));
}

const FOLLOW_MS = 500;
/** Lines may arrive in another order than their times; a follower looks back this far. */
const OVERLAP_MS = 5_000;

async function logs(stage: Stage, name: string | undefined, options: LogOptions): Promise<void> {
  const group = options.group ?? (name === undefined ? undefined : `/aws/lambda/${name}`);
  if (group === undefined)
    throw fail('WrongUsage', 'say whose logs: a function, or --group', { fields: { next: 'dalamb functions' } });
  const since = sinceOf(options.since, stage.io.now());
  if (!options.follow) {
    const lines = await pages(stage, group, since, options.filter);
    return stage.answer({ lines }, () => lines.map(lineText).join(''));
  }
  await follow(stage, { group, since, filter: options.filter });
}

interface Following {
  readonly group: string;
  readonly since: number;
  readonly filter?: string;
}

/** With --json one document a line, for there is no end to wait for. */
async function follow(stage: Stage, { group, since, filter }: Following): Promise<void> {
  const shown = new Map<string, number>();
  let from = since;
  while (!stage.io.signal.aborted) {
    for (const line of await pagesOrNone(stage, group, from, filter)) {
      if (shown.has(line.id)) continue;
      shown.set(line.id, line.time);
      stage.io.out(stage.json() ? `${JSON.stringify(line)}\n` : lineText(line));
      from = Math.max(from, line.time - OVERLAP_MS);
    }
    for (const [id, time] of shown) if (time < from) shown.delete(id);
    await wait(FOLLOW_MS, undefined, { signal: stage.io.signal }).catch(() => {});
  }
}

/** A group that is not there yet may come. */
async function pagesOrNone(stage: Stage, group: string, since: number, filter?: string): Promise<LogEntry[]> {
  try {
    return await pages(stage, group, since, filter);
  } catch (error) {
    if (isFailure(error, 'NoSuchThing')) return [];
    throw error;
  }
}

async function pages(stage: Stage, group: string, since: number, filter?: string): Promise<LogEntry[]> {
  const api = stage.api();
  const lines: LogEntry[] = [];
  let after: string | undefined;
  do {
    const page = await api.get<LogPage>('/logs', { group, since, filter, after });
    lines.push(...page.lines);
    after = page.next;
  } while (after !== undefined && lines.length < 100_000);
  return lines;
}

function lineText({ time, text }: LogEntry): string {
  return `${new Date(time).toISOString()} ${printable(text)}\n`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Epoch ms of `10m` ago, or of an ISO date. */
export function sinceOf(text: string, now: number): number {
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  if (span) return now - Number(span[1]) * UNITS[span[2]!]!;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw fail('WrongUsage', `--since ${text} is no time`, { fields: { next: 'write 30s, 10m, 2h, 1d or an ISO date' } });
  return time;
}
