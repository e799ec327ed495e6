import { type ChecksumName, runningChecksum, type Store } from '../../kernel/index.ts';
import { eachPart } from './change-object.ts';
import type { Part } from './collections.ts';

/** What S3 itself sums by when nobody chose (spec/backends.md §2.3). */
export const OWN_ALGORITHM: ChecksumName = 'CRC64NVME';

/** Own checksums of contents, by hash, in base64. */
export type OwnSums = ReadonlyMap<string, string>;

/**
 * The own checksum of every part that has another one, when the parts of an upload were summed differently (a part that was copied beside
 * parts whose client brought its own sums): those are read once more. Empty when all parts agree.
 */
export async function ownSums(store: Pick<Store, 'blobs' | 'read'>, upload: string): Promise<OwnSums> {
  const all: Part[] = [];
  for await (const part of eachPart(store.read, upload)) all.push(part);
  const sums = new Map<string, string>();
  if (new Set(all.map(({ checksum }) => checksum.algorithm)).size < 2) return sums;
  for (const { hash, checksum } of all) {
    if (checksum.algorithm === OWN_ALGORITHM || sums.has(hash)) continue;
    const running = runningChecksum(OWN_ALGORITHM);
    for await (const chunk of await store.blobs.read(hash)) running.update(chunk);
    sums.set(hash, running.value().toString('base64'));
  }
  return sums;
}
