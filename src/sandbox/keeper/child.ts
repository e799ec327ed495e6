import os from 'node:os';
import { openHouse } from './house.ts';
import { serveKeeper } from './serve.ts';

/** A keeper below the process that uses it (see spawn.ts): configuration as JSON in the first argument, descriptors over 4. */
const { treesDirectory, mountRoots, runtime, firstUid, nested = false } = JSON.parse(process.argv[2]!);
const house = openHouse();
const parallelBoots = Math.max(2, os.availableParallelism());
const config = { ...house, treesDirectory, mountRoots, runtime, firstUid, nested, parallelBoots };
const end = serveKeeper(config, 4, (message) => process.send?.(message));
process.on('message', (message) => end.receive(message));
process.on('SIGINT', () => {}); // a terminal sends it to all; the parent decides
process.once('disconnect', async () => {
  await end.close();
  house.close();
  process.exit(0);
});
process.send?.({ hello: { paths: {}, settings: undefined } });
