import { describe, Rounds } from '../../kernel/index.ts';
import { fetched, layers, uploads } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { dropLayer, hashOf } from './layers.ts';
import { removeUpload } from './uploads.ts';

const EVERY_MS = 10 * 60_000;
/** How long layers stay that no image names, and uploads that nobody goes on with. */
const UNUSED_MS = 24 * 3_600_000;
const AT_A_TIME = 50;

/** Takes away layers without images, uploads that were left, and what was fetched from other registries beyond its quota. */
export function createUpkeep(deps: EcrDeps): Rounds {
  return new Rounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: (signal) => clean(deps, signal),
    failed: (error) => deps.logger.error('images could not be cleaned up', { error: describe(error) }),
  });
}

/** One round. */
export async function clean({ store, clock, settings }: EcrDeps, signal: AbortSignal): Promise<void> {
  const before = clock.now() - UNUSED_MS;
  const layersGone = () =>
    store.transact(async (tx) => {
      const { items } = await tx.range(layers, { index: 'unused', to: [before], limit: AT_A_TIME });
      for (const layer of items) await dropLayer(tx, layer);
      return items.length > 0;
    });
  const uploadsGone = () =>
    store.transact(async (tx) => {
      const { items } = await tx.range(uploads, { index: 'touched', to: [before], limit: AT_A_TIME });
      for (const upload of items) await removeUpload(tx, upload);
      return items.length > 0;
    });
  while (!signal.aborted && (await layersGone()));
  while (!signal.aborted && (await uploadsGone()));
  await evict({ store, settings }, signal);
}

/** What was used longest ago goes first. */
async function evict({ store, settings }: Pick<EcrDeps, 'store' | 'settings'>, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const page = await store.read.range(fetched, { index: 'used', ...(after ? { after } : {}), limit: 1000 });
    for (const { size } of page.items) bytes += size;
    after = page.next;
    if (!after || signal.aborted) break;
  }
  while (bytes > settings.cacheBytes && !signal.aborted) {
    bytes -= await store.transact(async (tx) => {
      const { items } = await tx.range(fetched, { index: 'used', limit: AT_A_TIME });
      let freed = 0;
      for (const one of items) {
        if (bytes - freed <= settings.cacheBytes) break;
        await tx.delete(fetched, [one.account, one.digest]);
        await tx.dropBlob(hashOf(one.digest));
        freed += one.size;
      }
      return freed > 0 ? freed : bytes;
    });
  }
}
