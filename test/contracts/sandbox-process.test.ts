import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { guarded, processDriver } from '../../src/sandbox/index.ts';
import { sandboxContract } from './sandbox.ts';
import { imageContract } from './sandbox-images.ts';
import { contractTrees, memoryTrees } from './sandbox-trees.ts';

const open = async () => {
  const store = await memoryTrees();
  const driver = guarded(
    processDriver({ trees: store.trees, clock: systemClock, logger: silentLogger }),
    systemClock,
    store.trees,
  );
  await driver.start();
  return {
    driver,
    ...(await contractTrees(store.add)),
    leftovers: async () => [],
    close: async () => {
      await driver.stop(AbortSignal.timeout(5000));
      await store.close();
    },
  };
};

sandboxContract('process', open);
imageContract('process', open);
