import { execFileSync, spawnSync } from 'node:child_process';
import dns from 'node:dns/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { type BenchPorts, type BuildBench, buildBench, installation } from '../../src/paas/build/build.fixture.ts';
import { guarded, ociDriver, type SandboxDriver, spawnKeeper } from '../../src/sandbox/index.ts';
import { memoryTrees } from '../contracts/sandbox-trees.ts';

export interface BuilderRoom {
  readonly driver: SandboxDriver;
  /** A workshop on that driver, with the runtimes of this machine. */
  readonly bench: (t: Pick<TestContext, 'after'>, more?: BenchPorts) => Promise<BuildBench>;
  readonly close: () => Promise<void>;
}

/** Real sandboxes for builds; needs ociMissing to be undefined. */
export async function builderRoom(): Promise<BuilderRoom> {
  const store = await memoryTrees();
  const mountRoots = [{ seen: installation, real: installation }];
  const keeper = await spawnKeeper({
    treesDirectory: path.join(store.directory, 'trees'),
    mountRoots,
    runtime: 'runc',
    firstUid: 6_000_000,
    nested: true,
  });
  const driver = guarded(
    ociDriver({ keeper: keeper.link, clock: systemClock, logger: silentLogger, nested: true }),
    systemClock,
    store.trees,
  );
  await driver.start();
  const runtimes = (await findRuntimes({ installation })).entries;
  return {
    driver,
    bench: (t, { settings, ...more } = {}) =>
      buildBench(t, { driver, runtimes, ...more, settings: { npm: '/usr/lib/node_modules/npm', ...settings } }),
    close: async () => {
      await driver.stop(AbortSignal.timeout(5000));
      await keeper.close();
      await store.close();
    },
  };
}

/** Rules that let builders reach these hosts, whatever addresses they have here. */
export async function reachable(...hosts: readonly string[]): Promise<readonly { to: string; port: number }[]> {
  const rules = hosts.map(async (host) => {
    const found = await dns.lookup(host, { all: true, family: 4 });
    return [{ to: host, port: 443 }, ...found.map(({ address }) => ({ to: address, port: 443 }))];
  });
  return (await Promise.all(rules)).flat();
}

/** The registry from which npm on this machine installs. */
export function npmRegistry(): string {
  return execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
}

/** Hosts from which pip on this machine installs. */
export function indexHosts(): readonly string[] {
  return ['pypi.org', 'files.pythonhosted.org'];
}

const works = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Why builders have no Go here. */
export const goMissing: string | false =
  works('/usr/local/go/bin/go', 'version') || works('/usr/bin/go', 'version') ? false : 'no Go below /usr';

/** Why the newest Python that builders see has no pip. */
export const pipMissing: string | false = works('/usr/bin/python3', '-c', 'import pip') ? false : 'no pip for /usr/bin/python3';

/** Where Go on this machine gets modules from: what builders may reach for it, and their variables. */
export async function goProxy() {
  const [proxy = '', sums = ''] = execFileSync('go', ['env', 'GOPROXY', 'GOSUMDB'], { encoding: 'utf8' }).split('\n');
  const hosts = [new URL(proxy.split(',')[0]!).hostname];
  const known = await reachable(sums).catch(() => undefined); // checked by go.sum alone where there is no database of sums
  return {
    allow: [...(await reachable(...hosts)), ...(known ?? [])],
    environment: { GOPROXY: proxy, GOSUMDB: known ? sums : 'off' },
  };
}
