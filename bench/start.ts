import { compared, type Figure, type Round } from './figures.ts';
import { nodeStartMs } from './measure.ts';
import { benchDirectory, removeBenchDirectory, start } from './platform.ts';

/** From spawning the launcher to the line that says it is ready, with data of an earlier run, all packages installed. */
export async function benchStart(quick: boolean): Promise<Figure[]> {
  const directory = benchDirectory();
  const rounds: Round[] = [];
  try {
    await (await start(directory)).stop();
    for (let round = 0; round < (quick ? 3 : 11); round++) {
      const yardstick = await nodeStartMs();
      const platform = await start(directory);
      rounds.push({ value: platform.readyMs, yardstick });
      await platform.stop();
    }
  } finally {
    removeBenchDirectory(directory);
  }
  return [compared('start to ready', 'ms', { rounds, yardstick: 'node -e 0', target: { at: 'most', value: 1000, of: 'value' } })];
}
