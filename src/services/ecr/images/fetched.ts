import { isFailure, type StagedBlob } from '../../../kernel/index.ts';
import { fetched } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';

type Deps = Pick<EcrDeps, 'store' | 'clock'>;

const HOUR_MS = 3_600_000;

/** Whether it is kept; it then stays for some time more. */
export async function findFetched({ store, clock }: Deps, account: string, digest: string): Promise<boolean> {
  const found = await store.read.get(fetched, [account, digest]);
  const used = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  if (!found || found.used >= used) return found !== undefined;
  const touching = store.transact(async (tx) => {
    const still = await tx.get(fetched, [account, digest]);
    if (still) await tx.put(fetched, { ...still, used });
    return still !== undefined;
  });
  return touching.catch((error) => isStoreFull(error));
}

/** Keeps what is staged, or stored already. */
export async function keepFetched({ store, clock }: Deps, account: string, blob: StagedBlob): Promise<void> {
  const digest = `sha256:${blob.hash}`;
  const used = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  await store.transact(async (tx) => {
    if (await tx.get(fetched, [account, digest])) return;
    await tx.addBlob(blob);
    await tx.put(fetched, { account, digest, size: blob.size, used });
  });
}

/** The same of what a repository here has anyway: a full disk keeps no function from starting. */
export async function keepStored(deps: Deps, account: string, blob: StagedBlob): Promise<void> {
  if (!(await findFetched(deps, account, `sha256:${blob.hash}`))) await keepFetched(deps, account, blob).catch(isStoreFull);
}

/** Throws any other error. */
function isStoreFull(error: unknown): true {
  if (!isFailure(error, 'StoreFull')) throw error;
  return true;
}
