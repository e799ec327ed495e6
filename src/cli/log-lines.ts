import { setTimeout as wait } from 'node:timers/promises';
import { fail, isFailure } from '../kernel/index.ts';
import type { LogEntry, LogPage } from '../model/index.ts';
import type { Stage } from './stage.ts';
import { printable } from './table.ts';

/** A log group to read, and what its lines are called among those of others. */
export interface LogSource {
  readonly group: string;
  /** The process whose lines they are; absent when there is only one group. */
  readonly process?: string;
}

export interface LineOf extends LogEntry {
  readonly process?: string;
}

export interface LogQuestion {
  /** Epoch ms. */
  readonly since: number;
  readonly filter?: string;
}

const MOST_LINES = 100_000;
/** Lines may arrive in another order than their times; a follower looks back this far. */
const OVERLAP_MS = 5_000;

/** The lines of all sources in the order of time, at most 100,000 of each. A group that is not there yet has none where `lenient`. */
export async function linesOf(
  stage: Stage,
  sources: readonly LogSource[],
  question: LogQuestion,
  lenient: boolean,
): Promise<LineOf[]> {
  const all = await Promise.all(sources.map((source) => groupLines(stage, source, question, lenient)));
  return all.flat().sort((a, b) => a.time - b.time);
}

async function groupLines(
  stage: Stage,
  { group, process }: LogSource,
  { since, filter }: LogQuestion,
  lenient: boolean,
): Promise<LineOf[]> {
  const lines: LineOf[] = [];
  let after: string | undefined;
  try {
    do {
      const page: LogPage = await stage.api().get<LogPage>('/logs', { group, since, filter, after });
      for (const line of page.lines) lines.push(process === undefined ? line : { process, ...line });
      after = page.next;
    } while (after !== undefined && lines.length < MOST_LINES);
  } catch (error) {
    if (!lenient || !isFailure(error, 'NoSuchThing')) throw error;
  }
  return lines;
}

export interface Following extends LogQuestion {
  /** Asked before each look: processes come and go. */
  readonly sources: () => Promise<readonly LogSource[]>;
  readonly everyMs: number;
  readonly show: (line: LineOf) => void;
  readonly signal: AbortSignal;
}

/** Shows each line once, as they come, until the signal aborts. */
export async function followLines(stage: Stage, { since, filter, sources, everyMs, show, signal }: Following): Promise<void> {
  const shown = new Map<string, number>();
  let from = since;
  while (!signal.aborted) {
    for (const line of await linesOf(stage, await sources(), { since: from, filter }, true)) {
      const id = `${line.process ?? ''} ${line.id}`;
      if (shown.has(id)) continue;
      shown.set(id, line.time);
      show(line);
      from = Math.max(from, line.time - OVERLAP_MS);
    }
    for (const [id, time] of shown) if (time < from) shown.delete(id);
    await wait(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** Cyan, yellow, green, magenta, blue, red: one for each process, in the order in which they are first seen. */
const COLOURS = [36, 33, 32, 35, 34, 31];

/** Makes lines of text; those of processes begin with its name, on a terminal in a colour of its own. */
export function lineWriter(colour: boolean): (line: LineOf) => string {
  const seen = new Map<string, number>();
  let width = 0;
  return ({ time, text, process }) => {
    const at = new Date(time).toISOString();
    if (process === undefined) return `${at} ${printable(text)}\n`;
    if (!seen.has(process)) seen.set(process, COLOURS[seen.size % COLOURS.length]!);
    width = Math.max(width, process.length);
    const head = `${at} ${printable(process).padEnd(width)} |`;
    return `${colour ? `\u001b[${seen.get(process)}m${head}\u001b[0m` : head} ${printable(text)}\n`;
  };
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
