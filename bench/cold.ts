import { setTimeout as sleep } from 'node:timers/promises';
import { compared, type Figure, figure, median, type Round } from './figures.ts';
import { nodeStartMs } from './measure.ts';
import { type Bench, create, invocation, logLines, withBench } from './platform.ts';
import { sendWell } from './signed.ts';

const yardstick = 'node -e 0';
/** Time for the shelf of ready sandboxes to be filled again, as calls of different functions seldom come closer. */
const PAUSE_MS = 250;

/**
 * First call of a function that has no environment, from sending the signed request to the answer, in turns with the start of an empty
 * Node. Every function has code of its own, unpacked when it was created.
 */
export async function benchCold(quick: boolean): Promise<Figure[]> {
  const count = quick ? 8 : 40;
  const ready = await withBench({}, (bench) => coldStarts(bench, count));
  const none = await withBench({ ready: 0 }, (bench) => coldStarts(bench, count / 2));
  const of = 'cold start';
  return [
    compared(`${of}, pre-booted`, 'ms', { rounds: ready.rounds, yardstick, target: { at: 'most', value: 0.3, of: 'ratio' } }),
    figure(`${of}, pre-booted: without the function's own init and run`, ready.platformMs, 'ms'),
    compared(`${of}, nothing pre-booted`, 'ms', {
      rounds: none.rounds,
      yardstick,
      target: { at: 'most', value: 3, of: 'ratio' },
    }),
    figure(`${of}, nothing pre-booted: without the function's own init and run`, none.platformMs, 'ms'),
  ];
}

async function coldStarts(bench: Bench, count: number): Promise<{ rounds: Round[]; platformMs: number }> {
  const names = Array.from({ length: count + 1 }, (_, number) => `cold-${number}`);
  for (const name of names) await create(bench, name, { code: `export const handler = async () => '${name}';` });
  await sendWell(invocation(bench, names.shift()!, {})); // the way there is warm, and sandboxes are kept ready from now on
  const rounds: Round[] = [];
  for (const name of names) {
    await sleep(PAUSE_MS);
    const yardstick = await nodeStartMs();
    const { ms, text } = await sendWell(invocation(bench, name, {}));
    if (text !== JSON.stringify(name)) throw new TypeError(`${name} answered ${text}`);
    rounds.push({ value: ms, yardstick });
  }
  const own: number[] = [];
  for (const name of names) own.push(await ownMs(bench, name));
  return { rounds, platformMs: median(rounds.map(({ value }, at) => value - own[at]!)) };
}

/** What the platform says the function took itself: init and handler. It must say that this was a cold start. */
async function ownMs(bench: Bench, name: string): Promise<number> {
  const [report] = await logLines(bench, name, 'REPORT', 1);
  const found = /\tDuration: ([\d.]+) ms\t.*\tInit Duration: ([\d.]+) ms/.exec(report!);
  if (!found) throw new TypeError(`the call of ${name} was no cold start: ${report}`);
  return Number(found[1]) + Number(found[2]);
}
