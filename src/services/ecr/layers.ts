import type { Reader, StagedBlob, Transaction } from '../../kernel/index.ts';
import { type InRepository, type Layer, layers } from './collections.ts';

/** SHA-256 in hex, by which the store names the content. */
export function hashOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

export function findLayer(from: Reader, at: InRepository, digest: string): Promise<Layer | undefined> {
  return from.get(layers, [at.account, at.region, at.repository, digest]);
}

/** Makes a content a layer of a repository, unless it is. Without an image it stays for a day. */
export async function addLayer(tx: Transaction, at: InRepository, blob: StagedBlob, now: number): Promise<void> {
  const digest = `sha256:${blob.hash}`;
  if (await findLayer(tx, at, digest)) return;
  await tx.addBlob(blob);
  const { account, region, repository } = at;
  await tx.put(layers, { account, region, repository, digest, size: blob.size, images: 0, unused: now });
}

/** The same of a layer of another repository of the same account; false when it has none. */
export async function mountLayer(tx: Transaction, from: InRepository, to: InRepository, given: { digest: string; now: number }) {
  const layer = await findLayer(tx, from, given.digest);
  if (!layer) return false;
  if (await findLayer(tx, to, given.digest)) return true;
  await tx.linkBlob(hashOf(given.digest));
  const { account, region, repository } = to;
  await tx.put(layers, { account, region, repository, digest: given.digest, size: layer.size, images: 0, unused: given.now });
  return true;
}

/** One image more or less names it. */
export async function countLayer(tx: Transaction, layer: Layer, by: 1 | -1, now: number): Promise<void> {
  const { unused: _, ...kept } = layer;
  const images = layer.images + by;
  await tx.put(layers, { ...kept, images, ...(images > 0 ? {} : { unused: now }) });
}

export async function dropLayer(tx: Transaction, layer: Layer): Promise<void> {
  await tx.delete(layers, [layer.account, layer.region, layer.repository, layer.digest]);
  await tx.dropBlob(hashOf(layer.digest));
}
