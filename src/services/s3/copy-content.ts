import { type ChecksumName, fail, type StagedBlob, type Store, type Transaction } from '../../kernel/index.ts';
import type { ByteRange } from '../../model/index.ts';
import type { Checksum, StoredObject } from './collections.ts';
import { readContent } from './object-content.ts';
import { sameVersion } from './object-versions.ts';
import { hashedContent } from './receive-content.ts';

/** Content for a copy: staged anew, or (without staged) the source's own blob, to be linked. */
export interface CopiedContent {
  readonly hash: string;
  readonly size: number;
  /** MD5 in hex. */
  readonly md5: string;
  readonly checksum: Checksum;
  readonly staged?: StagedBlob;
}

export interface CopyWish {
  readonly algorithm: ChecksumName;
  /** Undefined: all of it. */
  readonly range?: ByteRange;
}

/** Reads the source only when its own blob, ETag and checksum cannot stand for the copy. */
export async function copyContent(
  store: Pick<Store, 'blobs' | 'read'>,
  source: StoredObject,
  { algorithm, range }: CopyWish,
): Promise<CopiedContent> {
  const { hash, size, etag, checksum } = source;
  const whole = range === undefined || range.end - range.start === size;
  if (whole && hash !== undefined && source.upload === undefined && checksum.algorithm === algorithm)
    return { hash, size, md5: etag, checksum };
  const wanted = range ? range.end - range.start : size;
  const received = await hashedContent(store.blobs, await readContent(store, source, range), algorithm, wanted);
  return { hash: received.blob.hash, size: wanted, md5: received.md5, checksum: received.checksum, staged: received.blob };
}

/** Adds the reference. A linked source must still be what was read; else OperationAborted 409, and the client may try again. */
export async function takeContent(tx: Transaction, source: StoredObject, content: CopiedContent): Promise<void> {
  if (content.staged) return tx.addBlob(content.staged);
  const current = await sameVersion(tx, source);
  if (current?.object?.hash !== content.hash) throw sourceChanged();
  await tx.linkBlob(content.hash);
}

function sourceChanged() {
  return fail(
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    { status: 409 },
  );
}
