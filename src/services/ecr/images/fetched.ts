import type { StagedBlob } from '../../../kernel/index.ts';
import { fetched } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';

const HOUR_MS = 3_600_000;

/** Whether it is kept; it then stays for some time more. */
export async function findFetched({ store, clock }: EcrDeps, account: string, digest: string): Promise<boolean> {
  const found = await store.read.get(fetched, [account, digest]);
  const used = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  if (!found || found.used >= used) return found !== undefined;
  return store.transact(async (tx) => {
    const still = await tx.get(fetched, [account, digest]);
    if (still) await tx.put(fetched, { ...still, used });
    return still !== undefined;
  });
}

/** Keeps what is staged, or stored already. */
export async function keepFetched({ store, clock }: EcrDeps, account: string, blob: StagedBlob): Promise<void> {
  const digest = `sha256:${blob.hash}`;
  const used = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  await store.transact(async (tx) => {
    if (await tx.get(fetched, [account, digest])) return;
    await tx.addBlob(blob);
    await tx.put(fetched, { account, digest, size: blob.size, used });
  });
}
