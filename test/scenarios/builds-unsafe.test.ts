import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import { createLogger, silentLogger, systemClock } from '../../src/kernel/index.ts';
import { buildBench, installation } from '../../src/paas/build/build.fixture.ts';
import { guarded, processDriver } from '../../src/sandbox/index.ts';
import { memoryTrees } from '../contracts/sandbox-trees.ts';

const files = {
  Procfile: 'web: index.handler',
  'index.js': 'exports.handler = async () => 1;\n',
  'dalamb.toml': '[build]\ncommand = "node -p 6*7 && echo made > made.txt"\n',
};

suite('builds without isolation', { timeout: 60_000 }, () => {
  test('are refused, unless the configuration says otherwise; then it is said at each start', async (t) => {
    const { trees, close } = await memoryTrees();
    t.after(close);
    const driver = guarded(processDriver({ trees, clock: systemClock, logger: silentLogger }), systemClock, trees);
    t.after(() => driver.stop(AbortSignal.timeout(5000)));
    const runtimes = (await findRuntimes({ installation })).entries;
    const said: string[] = [];
    const logger = createLogger((line) => said.push(line), 'warn', false);
    const careful = await buildBench(t, { driver, runtimes, logger });
    await assert.rejects(careful.build(files), { code: 'BuildFailed', message: /runs without isolation/ });
    assert.deepEqual(said, []);
    const unsafe = await buildBench(t, { driver, runtimes, logger, settings: { unsafe: true } });
    assert.match(said.join(''), /UNSAFE BUILDS/);
    const built = await unsafe.build(files);
    assert.ok(unsafe.lines.includes('42'), unsafe.lines.join('\n'));
    assert.match((await unsafe.zip(built, 'web')).toString('latin1'), /made\.txt/);
  });
});
