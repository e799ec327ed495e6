import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { EventBooks, Replay } from '../model/index.ts';
import type { Api } from './api.ts';
import { jsonOf, wholeNumber } from './given.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface Options {
  readonly since?: string;
  readonly until?: string;
  readonly pattern?: string;
  readonly failed?: boolean;
  readonly subscriber?: string;
  readonly to?: string;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

const LOOK_MS = 500;

export function addReplay(program: Command, stage: Stage, fails: () => void): void {
  program
    .command('replay')
    .description('deliver accepted events again: dalamb replay s3 --since 2h --failed')
    .argument('<source>', 'a topic as `dalamb events` lists it, or its first word: s3, lambda, sns, events, …')
    .option('--since <time>', 'from this time on: 90s, 15m, 2h, 3d, or a date')
    .option('--until <time>', 'up to this time')
    .option('--pattern <json>', 'only events that match this EventBridge pattern')
    .option('--failed', 'only deliveries that were given up')
    .option('--subscriber <name>', 'only to this subscriber')
    .option('--to <arn>', 'to this function, version or alias instead')
    .option('--rate <n>', 'deliveries a second', wholeNumber, 100)
    .option('--dry-run', 'count, and deliver nothing')
    .option('--detach', 'do not wait for the end')
    .action((source: string, options: Options) => replay(stage, source, options, fails));
  program
    .command('replays')
    .description('replays, newest first')
    .option('--cancel <id>', 'cancel one')
    .action(async ({ cancel }: { cancel?: string }) => {
      if (cancel !== undefined) await stage.api().remove(`/events/replays/${encodeURIComponent(cancel)}`);
      stage.answer(await stage.api().get<{ replays: readonly Replay[] }>('/events/replays'), listText);
    });
}

async function replay(stage: Stage, source: string, options: Options, fails: () => void): Promise<void> {
  const api = stage.api();
  const body = {
    topic: await topicOf(api, source),
    since: timeOf(stage, options.since),
    until: timeOf(stage, options.until),
    pattern: options.pattern === undefined ? undefined : jsonOf('--pattern', options.pattern),
    failuresOnly: options.failed,
    subscriber: options.subscriber,
    target: options.to,
    rate: options.rate,
    dryRun: options.dryRun,
  };
  let found = await api.post<Replay>('/events/replays', body);
  while (found.state === 'running' && !options.detach && !stage.io.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    found = await api.get<Replay>(`/events/replays/${found.id}`);
  }
  if (found.state === 'failed') fails();
  stage.answer(found, oneText);
}

/** The topic that a word means. */
export async function topicOf(api: Api, source: string): Promise<string> {
  const { topics } = await api.get<EventBooks>('/events');
  const names = topics.map(({ topic }) => topic);
  const found = names.filter((name) => name === source || name.startsWith(`${source}.`));
  if (found.length === 1) return found[0]!;
  throw fail('WrongUsage', `${source} is no source; there are ${names.join(', ')}`);
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf({ io }: Stage, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago) return io.now() - Number(ago[1]) * UNITS[ago[2]!]!;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw fail('WrongUsage', `${text} is no time: give 90s, 15m, 2h, 3d, or a date`);
  return time;
}

function oneText({ id, state, dryRun, looked, matched, delivered, error }: Replay): string {
  const did = dryRun ? `would deliver ${delivered}` : `delivered ${delivered}`;
  const why = error === undefined ? '' : `: ${error}`;
  return `${id}  ${state}${why}; looked at ${looked}, ${matched} matched, ${did}\n`;
}

function listText({ replays }: { replays: readonly Replay[] }): string {
  if (replays.length === 0) return 'no replays yet\n';
  const rows = replays.map((one) => [
    one.id,
    one.topic,
    one.state,
    String(one.matched),
    String(one.delivered),
    one.dryRun ? 'dry run' : '',
    new Date(one.created).toISOString(),
  ]);
  return table(['ID', 'TOPIC', 'STATE', 'MATCHED', 'DELIVERED', '', 'CREATED'], rows);
}
