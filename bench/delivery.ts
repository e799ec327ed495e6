import fs from 'node:fs';
import path from 'node:path';
import { callWithoutEnd } from '../test/support/calls-without-end.ts';
import { buildConfig, npmCi, type Pushable, pushApplication } from './delivery-app.ts';
import { benchImages } from './delivery-images.ts';
import { compared, type Figure, figure, median, type Round } from './figures.ts';
import { control, withBench } from './platform.ts';

/** Clients of each kind while applications are deployed. */
const CLIENTS = 2;
const PACKAGES = { small: '1 package', usual: '70 packages' };

/** What stands between a developer and running code: pushes, rollbacks, switches under load, large images. */
export async function benchDelivery(quick: boolean): Promise<Figure[]> {
  const config = await buildConfig();
  const application = await withBench({ config }, async (bench) => {
    const [small, pushable] = [await pushApplication(bench, 'small'), await pushApplication(bench, 'usual')];
    const rounds = quick ? 3 : 11;
    const pushed = [await pushes(small, rounds), await pushes(pushable, rounds)];
    return [...pushed, await rollbacks(pushable, rounds), ...(await underLoad(pushable, quick ? 10 : 100))];
  });
  return [...application, await benchImages(quick)];
}

/** From `git push` to an answer of the new code, in turns with the same push to a bare repository and `npm ci` beside it. */
async function pushes(pushable: Pushable, count: number): Promise<Figure> {
  const { app, repository, asks } = pushable;
  await npmCi(repository.folder); // its cache is warm from now on
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) {
    const number = await pushable.commitNext();
    fs.rmSync(path.join(repository.folder, 'node_modules'), { recursive: true });
    const yardstick = await msOf(async () => {
      await repository.push('bare');
      await npmCi(repository.folder);
    });
    const value = await msOf(async () => {
      await repository.push('dalamb');
      const answer = await asks[0](`push-${round}`);
      if (answer.number !== number) throw new TypeError(`after push ${number} it answered ${JSON.stringify(answer)}`);
    });
    rounds.push({ value, yardstick });
  }
  const target = { at: 'most', value: 2, of: 'ratio' } as const;
  return compared(`git push to new code answering, ${PACKAGES[app]}`, 'ms', {
    rounds,
    yardstick: 'git push --bare + npm ci',
    target,
  });
}

/** From the request to an answer of the code before, and back again. */
async function rollbacks({ bench, app, asks, number }: Pushable, count: number): Promise<Figure> {
  const taken: number[] = [];
  for (let round = 0; round < count; round++) {
    const expected = round % 2 === 0 ? number() - 1 : number();
    const ms = await msOf(async () => {
      await control(bench.platform, 'POST', `/apps/${app}/rollback`, {});
      const answer = await asks[0](`rollback-${round}`);
      if (answer.number !== expected) throw new TypeError(`after a rollback to ${expected}: ${JSON.stringify(answer)}`);
    });
    taken.push(ms);
  }
  return figure('rollback to old code answering', median(taken), 'ms', { target: { at: 'most', value: 1000, of: 'value' } });
}

/** Pushes one after the other while clients call, by the alias and by the route. */
async function underLoad(pushable: Pushable, count: number): Promise<Figure[]> {
  const { repository, asks } = pushable;
  const calls = callWithoutEnd(asks, { clients: CLIENTS, number: 1 });
  const taken: number[] = [];
  const pushing = async () => {
    for (let round = 0; round < count; round++) {
      const number = await pushable.commitNext();
      taken.push(await msOf(() => repository.push('dalamb')));
      calls.expect(number);
    }
  };
  const { answered, failures } = await pushing().then(calls.stop, async (error) => {
    await calls.stop();
    throw error;
  });
  for (const failure of failures.slice(0, 20)) process.stderr.write(`bench: ${failure}\n`);
  const of = `${count} deploys under load`;
  return [
    figure(`${of}: calls that failed or were lost`, failures.length, '', { target: { at: 'most', value: 0, of: 'value' } }),
    figure(`${of}: calls answered`, answered, ''),
    figure(`${of}: push`, median(taken), 'ms'),
  ];
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
