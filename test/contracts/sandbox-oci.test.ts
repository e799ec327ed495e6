import fs from 'node:fs';
import path from 'node:path';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { guarded, ociDriver, spawnKeeper } from '../../src/sandbox/index.ts';
import { nodeMount, sandboxContract } from './sandbox.ts';
import { imageContract } from './sandbox-images.ts';
import { contractTrees, memoryTrees } from './sandbox-trees.ts';

const runtime = ['/usr/sbin/runc', '/usr/bin/runc'].find((file) => fs.existsSync(file));
const skip = process.getuid?.() !== 0 ? 'needs root' : runtime === undefined ? 'needs runc' : false;

const open = async () => {
  const store = await memoryTrees();
  const mountRoots = [{ seen: nodeMount.source, real: nodeMount.source }];
  const treesDirectory = path.join(store.directory, 'trees');
  const keeper = await spawnKeeper({ treesDirectory, mountRoots, runtime: 'runc', firstUid: 1_000_000 });
  const inner = ociDriver({ keeper: keeper.link, clock: systemClock, logger: silentLogger });
  const driver = guarded(inner, systemClock, store.trees);
  await driver.start();
  return {
    driver,
    ...(await contractTrees(store.add)),
    leftovers: async (id: string) => leftovers(id),
    close: async () => {
      await driver.stop(AbortSignal.timeout(5000));
      await keeper.close();
      await store.close();
    },
  };
};

sandboxContract('oci', open, { skip });
imageContract('oci', open, skip);

/** Cgroups and run directories of this sandbox, of any keeper of this process. */
function leftovers(id: string): string[] {
  const found: string[] = [];
  const look = (directory: string, depth: number) => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const at = path.join(directory, entry.name);
      if (!entry.isDirectory()) continue;
      if (entry.name === id) found.push(at);
      if (depth > 0 && (depth > 1 || entry.name.startsWith('dalamb-'))) look(at, depth - 1);
    }
  };
  look('/sys/fs/cgroup', 2);
  for (const instance of fs.readdirSync('/run/dalamb')) {
    for (const part of ['b', 'oci']) {
      const directory = path.join('/run/dalamb', instance, part);
      if (fs.existsSync(directory)) look(directory, 0);
    }
  }
  return found;
}
