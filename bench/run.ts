/**
 * Prints one table, each figure beside its yardstick of the same run, and keeps it as JSON in bench/results/.
 * node tools/bench.mjs [--quick] [--only NAME …] [--events N] [--peers]; what the figures mean: docs/bench.md.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchCold } from './cold.ts';
import { benchDelivery } from './delivery.ts';
import { benchDev } from './dev.ts';
import { type Figure, tableOf } from './figures.ts';
import { describeMachine, headOf, type Run } from './head.ts';
import { benchIdle } from './idle.ts';
import { benchMany } from './many.ts';
import { benchMemory } from './memory.ts';
import { benchPatterns } from './patterns.ts';
import { results } from './platform.ts';
import { benchPut } from './put.ts';
import { benchServices } from './services.ts';
import { benchSources } from './sources.ts';
import { benchStart } from './start.ts';
import { benchStore } from './store.ts';
import { benchWarm } from './warm.ts';

/** What some benches are told besides. */
interface More {
  /** How many go through the bench of memory. */
  readonly events: number;
  /** Other servers are measured beside our services. */
  readonly peers: boolean;
}

const benches: Readonly<Record<string, (quick: boolean, more: More) => Promise<Figure[]>>> = {
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
  dev: benchDev,
  delivery: benchDelivery,
  memory: (quick, { events }) => benchMemory(quick, events),
};

async function main(args: string[]): Promise<void> {
  const { quick, names, more } = wanted(args);
  const began = new Date();
  const machine = await describeMachine();
  const loadBefore = os.loadavg();
  const { figures, failed } = await runAll(names, quick, more);
  const seconds = Math.round((Date.now() - began.getTime()) / 1000);
  const run = { began, seconds, quick, names, machine, loadBefore, loadAfter: os.loadavg(), failed, figures };
  process.stdout.write(
    `${headOf(run)}\n\n${tableOf(figures)}\n\n${failed.length > 0 ? `FAILED: ${failed.join(' ')}\n` : ''}kept as ${keep(run)}\n`,
  );
}

/** One that fails is said, and the others are still measured. */
async function runAll(names: readonly string[], quick: boolean, more: More): Promise<{ figures: Figure[]; failed: string[] }> {
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const name of names) {
    process.stderr.write(`bench: ${name} …\n`);
    try {
      const found = await benches[name]!(quick, more);
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
  readonly more: More;
}

function wanted(args: string[]): Wanted {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      events: { type: 'string', default: '100000' },
      peers: { type: 'boolean', default: false },
    },
  });
  const names = values.only ?? Object.keys(benches);
  const unknown = names.find((name) => !(name in benches));
  if (unknown !== undefined) throw new RangeError(`no bench ${unknown}; there are: ${Object.keys(benches).join(' ')}`);
  const events = Number(values.events);
  if (!Number.isInteger(events / 50) || events < 50) throw new RangeError('--events is a multiple of 50');
  if (values.peers && !names.includes('services')) throw new RangeError('--peers stand beside the bench of services');
  return { quick: values.quick, names, more: { events, peers: values.peers } };
}

function keep(run: Run & { readonly figures: readonly Figure[] }): string {
  fs.mkdirSync(results, { recursive: true });
  const file = path.join(results, `${run.began.toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  fs.writeFileSync(file, `${JSON.stringify(run, undefined, 2)}\n`);
  return path.relative(process.cwd(), file);
}

await main(process.argv.slice(2));
