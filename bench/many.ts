import { compared, type Figure, figure, type Round } from './figures.ts';
import { load } from './measure.ts';
import { type Bench, create, invocation, withBench } from './platform.ts';

const code = 'export const handler = async (event) => event;';
const AT_A_TIME = 16;

/** Warm latency of one function on two platforms in turns: one that has only it, and one that has a thousand. */
export function benchMany(quick: boolean): Promise<Figure[]> {
  const count = quick ? 100 : 1000;
  const [rounds, seconds] = quick ? [2, 1] : [7, 2];
  return withBench({}, (few) =>
    withBench({}, async (many) => {
      await create(few, 'function-0', { code });
      const createMs = await createAll(many, count);
      const measured: Round[] = [];
      for (const bench of [few, many]) await p50(bench, 2);
      for (let round = 0; round < rounds; round++)
        measured.push({ value: await p50(many, seconds), yardstick: await p50(few, seconds) });
      return [
        compared(`warm latency p50, ${count.toLocaleString('en-US')} functions deployed`, 'ms', {
          rounds: measured,
          yardstick: '1 function',
          target: { at: 'below', value: 1.1, of: 'ratio' },
        }),
        figure(`creating a function until it is active, ${AT_A_TIME} at a time`, createMs, 'ms each'),
      ];
    }),
  );
}

async function createAll(bench: Bench, count: number): Promise<number> {
  const began = performance.now();
  let next = 0;
  const one = async () => {
    while (next < count) await create(bench, `function-${next++}`, { code });
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
  return (performance.now() - began) / count;
}

async function p50(bench: Bench, seconds: number): Promise<number> {
  const found = await load(invocation(bench, 'function-0', {}), 1, seconds);
  if (found.failed > 0) throw new TypeError(`${found.failed} requests failed`);
  return found.p50;
}
