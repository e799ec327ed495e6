import type { Clock, Store } from '../../kernel/index.ts';
import { artifacts } from '../collections.ts';

/** Functions hold their code themselves once it is theirs; a build keeps what it made for the time of a release. */
const KEEP_MS = 60 * 60_000;
const AT_ONCE = 100;

/** Stores a zip; the same contents are the same artifact. */
export async function keepArtifact(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  const staged = await store.blobs.stage(content);
  const now = clock.now();
  await store.transact(async (tx) => {
    const known = await tx.get(artifacts, [staged.hash]);
    if (!known) await tx.addBlob(staged);
    await tx.put(artifacts, { hash: staged.hash, until: now + KEEP_MS });
    const { items } = await tx.range(artifacts, { index: 'until', to: [now], limit: AT_ONCE });
    for (const { hash } of items) {
      await tx.delete(artifacts, [hash]);
      await tx.dropBlob(hash);
    }
  });
  return { hash: staged.hash, bytes: staged.size };
}
