import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { openStore } from '../../src/store/index.ts';
import { storeSuite } from './store.suite.ts';
import { suiteSchema } from './store-plan.ts';

storeSuite('sqlite', async () => {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-store-'));
  const store = await openStore({
    directory,
    schema: suiteSchema,
    clock: systemClock,
    logger: silentLogger,
    reserveBytes: 1024 * 1024,
  });
  return {
    store,
    async done() {
      await store.close();
      await fs.rm(directory, { recursive: true, force: true });
    },
  };
});
