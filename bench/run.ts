/**
 * Prints one table, each figure beside its yardstick of the same run, and keeps it as JSON in bench/results/.
 * node tools/bench.mjs [--quick] [--only NAME …] [--events N]; what the figures mean: docs/bench.md.
 */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchCold } from './cold.ts';
import { type Figure, tableOf } from './figures.ts';
import { benchIdle } from './idle.ts';
import { benchMany } from './many.ts';
import { benchMemory } from './memory.ts';
import { benchPatterns } from './patterns.ts';
import { results, statusOf, withBench } from './platform.ts';
import { benchPut } from './put.ts';
import { benchServices } from './services.ts';
import { benchSources } from './sources.ts';
import { benchStart } from './start.ts';
import { benchStore } from './store.ts';
import { benchWarm } from './warm.ts';

const benches: Readonly<Record<string, (quick: boolean, events: number) => Promise<Figure[]>>> = {
  warm: benchWarm,
  cold: benchCold,
  store: benchStore,
  patterns: benchPatterns,
  put: benchPut,
  idle: benchIdle,
  many: benchMany,
  start: benchStart,
  services: benchServices,
  sources: benchSources,
  memory: benchMemory,
};

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
  readonly sandbox: string;
  readonly isolation: boolean;
}

async function main(args: string[]): Promise<void> {
  const { quick, names, events } = wanted(args);
  const began = new Date();
  const machine = await describeMachine();
  const loadBefore = os.loadavg();
  const { figures, failed } = await runAll(names, { quick, events });
  const seconds = Math.round((Date.now() - began.getTime()) / 1000);
  const run = { began, seconds, quick, names, machine, loadBefore, loadAfter: os.loadavg(), failed, figures };
  process.stdout.write(
    `${headOf(run)}\n\n${tableOf(figures)}\n\n${failed.length > 0 ? `FAILED: ${failed.join(' ')}\n` : ''}kept as ${keep(run)}\n`,
  );
}

/** One that fails is said, and the others are still measured. */
async function runAll(
  names: readonly string[],
  { quick, events }: Omit<Wanted, 'names'>,
): Promise<{ figures: Figure[]; failed: string[] }> {
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const name of names) {
    process.stderr.write(`bench: ${name} …\n`);
    try {
      const found = await benches[name]!(quick, events);
      figures.push(...found);
      if (names.length > 1) process.stderr.write(`${tableOf(found)}\n\n`);
    } catch (error) {
      failed.push(name);
      process.exitCode = 1;
      process.stderr.write(`bench: ${name} FAILED: ${(error as Error).stack}\n`);
    }
  }
  return { figures, failed };
}

interface Wanted {
  readonly quick: boolean;
  readonly names: readonly string[];
  /** How many go through the bench of memory. */
  readonly events: number;
}

function wanted(args: string[]): Wanted {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      events: { type: 'string', default: '100000' },
    },
  });
  const names = values.only ?? Object.keys(benches);
  const unknown = names.find((name) => !(name in benches));
  if (unknown !== undefined) throw new RangeError(`no bench ${unknown}; there are: ${Object.keys(benches).join(' ')}`);
  const events = Number(values.events);
  if (!Number.isInteger(events / 50) || events < 50) throw new RangeError('--events is a multiple of 50');
  return { quick: values.quick, names, events };
}

async function describeMachine(): Promise<Machine> {
  const { sandbox } = await withBench({}, ({ platform }) => statusOf(platform));
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
    commit: commit(),
    sandbox: sandbox.driver,
    isolation: sandbox.isolation,
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  } catch {
    return 'unknown'; // not a checkout
  }
}

interface Run {
  readonly began: Date;
  readonly seconds: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly loadBefore: number[];
  readonly loadAfter: number[];
}

/** The machine is part of every figure; a load average above the bench's own share says that something else ran. */
function headOf({ began, seconds, quick, machine, loadBefore, loadAfter }: Run): string {
  const { cores, cpu, memoryGiB, kernel, node, commit: of, sandbox, isolation } = machine;
  const loads = [loadBefore, loadAfter].map((load) => load[0]!.toFixed(2)).join(' before, ');
  return [
    `dalamb ${of}, ${began.toISOString().slice(0, 16)}Z, ${seconds} s${quick ? ', QUICK: too short to be trusted' : ''}`,
    `${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, sandboxes ${sandbox}${isolation ? '' : ' WITHOUT isolation'}; load average ${loads} after`,
  ].join('\n');
}

function keep(run: Run & { readonly figures: readonly Figure[] }): string {
  fs.mkdirSync(results, { recursive: true });
  const file = path.join(results, `${run.began.toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  fs.writeFileSync(file, `${JSON.stringify(run, undefined, 2)}\n`);
  return path.relative(process.cwd(), file);
}

await main(process.argv.slice(2));
