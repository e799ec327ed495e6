import fs from 'node:fs';
import path from 'node:path';
import { type EventInput, type StoreSchema, silentLogger, systemClock } from '../src/kernel/index.ts';
import { openStore } from '../src/store/index.ts';
import { compared, type Figure, type Round } from './figures.ts';
import { benchDirectory, removeBenchDirectory } from './platform.ts';

const IN_FLIGHT = [1, 16, 64];
const SECONDS = 1.5;
/** 0.3 of the raw file is asked for at this many; the smaller ones are shown, not asked. */
const ASKED = 64;
const topic = 'bench.appends';
const schema: StoreSchema = { collections: [], topics: [{ name: topic, lanes: 1, retention: { ageMs: 1e9, bytes: 2 ** 40 } }] };
const event: EventInput = {
  id: '00000000-0000-0000-0000-000000000000',
  type: 'ObjectCreated:Put',
  source: 's3',
  subject: 'arn:aws:s3:::bucket/key',
  account: '000000000000',
  region: 'us-east-1',
  time: 1_700_000_000_000,
  body: { bucket: 'bucket', key: 'key', data: 'x'.repeat(300) },
};

/** Durable appends a second at 1, 16 and 64 in flight, each beside grouped write + fdatasync of the same bytes to one file, in turns. */
export async function benchStore(quick: boolean): Promise<Figure[]> {
  const directory = benchDirectory();
  fs.mkdirSync(directory);
  try {
    return await measure(directory, quick ? 1 : 5);
  } finally {
    removeBenchDirectory(directory);
  }
}

async function measure(directory: string, rounds: number): Promise<Figure[]> {
  const store = await openStore({ directory: path.join(directory, 'data'), schema, clock: systemClock, logger: silentLogger });
  const raw = rawFile(path.join(directory, 'raw'));
  const append = () => store.transact((tx) => tx.append(topic, 0, event));
  const figures: Figure[] = [];
  try {
    await rate(64, append, 0.5);
    for (const inFlight of IN_FLIGHT) {
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round++) {
        const yardstick = await rate(inFlight, raw.append, SECONDS);
        measured.push({ value: await rate(inFlight, append, SECONDS), yardstick });
      }
      const target = inFlight === ASKED ? { target: { at: 'least', value: 0.3, of: 'ratio' } as const } : {};
      const yardstick = 'grouped write + fdatasync';
      figures.push(compared(`durable appends, ${inFlight} in flight`, '/s', { rounds: measured, yardstick, ...target }));
    }
  } finally {
    raw.close();
    await store.close();
  }
  return figures;
}

async function rate(inFlight: number, work: () => Promise<unknown>, seconds: number): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const one = async () => {
    for (; performance.now() < end; done++) await work();
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return Math.round((done * 1000) / (performance.now() - start));
}

/** All that is asked for in one turn goes in one write; one fdatasync at a time covers what was written before it began. */
function rawFile(file: string): { append: () => Promise<void>; close: () => void } {
  const fd = fs.openSync(file, 'w');
  let asked: (() => void)[] = [];
  let written: (() => void)[] = [];
  let syncing = false;
  const sync = () => {
    if (syncing || written.length === 0) return;
    const covered = written;
    written = [];
    syncing = true;
    fs.fdatasync(fd, (error) => {
      syncing = false;
      if (error) throw error;
      for (const resolve of covered) resolve();
      sync();
    });
  };
  const flush = () => {
    // Each record is made anew, as the store has to.
    fs.writeSync(fd, asked.map(() => JSON.stringify(event)).join('\n'));
    written.push(...asked);
    asked = [];
    sync();
  };
  const append = () =>
    new Promise<void>((resolve) => {
      if (asked.push(resolve) === 1) setImmediate(flush);
    });
  return { append, close: () => fs.closeSync(fd) };
}
