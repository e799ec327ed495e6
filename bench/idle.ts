import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure } from './figures.ts';
import { familyOf, ofSandboxes, pssBytes, startEcho } from './measure.ts';
import { type Bench, create, environmentsOf, FIRST_UID, invocation, withBench } from './platform.ts';
import { sendWell } from './signed.ts';

const MIB = 1024 * 1024;
const code = 'export const handler = ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms));';
/** Long enough for every environment to be frozen, and for garbage to be left alone. */
const SETTLE_MS = 3000;
/** Fewer than start at a time of one function, so that each call gets an environment of its own. */
const AT_A_TIME = 10;

/**
 * Proportional set size: pages that several processes share, such as those of Node itself, are divided among them. Nothing is pre-booted
 * here, so that all sandboxes are environments of the function.
 */
export function benchIdle(quick: boolean): Promise<Figure[]> {
  const count = quick ? 5 : 20;
  return withBench({ ready: 0 }, async (bench) => {
    const yardsticks = await startYardsticks();
    try {
      await sleep(SETTLE_MS);
      const before = read(bench);
      const bareServer = pssBytes((pid) => pid === yardsticks.server) / MIB;
      await fill(bench, count);
      await sleep(SETTLE_MS);
      const after = read(bench);
      const bareNode = pssBytes((pid) => pid === yardsticks.node) / MIB;
      return [
        figure('memory of the idle platform: keeper and server', before.platform, 'MiB', {
          yardstick: { name: 'bare echo', value: bareServer },
        }),
        figure(`memory of an idle environment, of ${count}`, after.sandboxes / count, 'MiB', {
          yardstick: { name: 'idle node', value: bareNode },
          target: { at: 'most', value: 20, of: 'value' },
        }),
        figure('memory that keeper and server grew by for each of them', (after.platform - before.platform) / count, 'MiB'),
      ];
    } finally {
      await yardsticks.stop();
    }
  });
}

function read({ platform }: Bench): { readonly platform: number; readonly sandboxes: number } {
  const inSandbox = ofSandboxes(FIRST_UID);
  const ofPlatform = familyOf(platform.pid, FIRST_UID);
  return {
    platform: pssBytes((pid) => ofPlatform(pid) && !inSandbox(pid)) / MIB,
    sandboxes: pssBytes(inSandbox) / MIB,
  };
}

async function startYardsticks() {
  const echo = await startEcho();
  const node = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
  const stop = async () => {
    node.kill();
    await echo.stop();
  };
  return { server: echo.pid, node: node.pid!, stop };
}

/** That many calls at a time, each slow enough that none finds an environment free. */
async function fill(bench: Bench, count: number): Promise<void> {
  await create(bench, 'idle', { code });
  const calls: Promise<unknown>[] = [];
  while (calls.length < count) {
    for (let call = 0; call < AT_A_TIME && calls.length < count; call++)
      calls.push(sendWell(invocation(bench, 'idle', { ms: 5000 })));
    await sleep(1000); // these environments have started
  }
  await Promise.all(calls);
  const living = await environmentsOf(bench.platform);
  if (living !== count) throw new TypeError(`there are ${living} environments, not ${count}`);
}
