import fs from 'node:fs';
import path from 'node:path';
import type { StoreHealth } from './kernel/index.ts';
import type { SandboxDriver } from './sandbox/index.ts';

/** What the platform says of itself: version, health, sandbox, store. */
export function platformStatus(installation: string, store: { health: () => StoreHealth }, driver: SandboxDriver) {
  const sandbox = { driver: driver.name, ...driver.features };
  return {
    version: JSON.parse(fs.readFileSync(path.join(installation, 'package.json'), 'utf8')).version as string,
    health: () => ({ status: store.health().state === 'ok' ? 'ok' : 'degraded', store: store.health(), sandbox }),
    sandbox: () => sandbox,
    store: () => store.health(),
  };
}

/** The gauges of both rooms, for the metrics page. */
export function gaugesOf(
  dispatch: { readonly gauges: () => Readonly<Record<string, number>> },
  invoke: { readonly stats: () => object },
): () => Record<string, number> {
  const environments = () => Object.entries(invoke.stats()).map(([name, value]) => [`dalamb_environments_${name}`, value]);
  return () => ({ ...dispatch.gauges(), ...Object.fromEntries(environments()) });
}
