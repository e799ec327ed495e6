import { createHash, hash as hashOf } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { type Blobs, bug, type Clock, platformFailure, type StagedBlob } from '../kernel/index.ts';
import { BLOB_IN_ROW, type BlobFiles, type Staged } from './blob-files.ts';
import { blobContent, blobRow } from './blob-rows.ts';
import { type Connection, corrupt } from './connection.ts';

/** How long content without references stays. */
export const FREE_AFTER_MS = 10 * 60 * 1000;
const CHUNK = 256 * 1024;
const CROWD = 1024;

/** Staging and reading of content. */
export class StoreBlobs implements Blobs {
  readonly #files: BlobFiles;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #refusal: () => unknown;
  /** Files that were staged, by hash, with the time until which they stay without a reference. */
  readonly stagedFiles = new Map<string, number>();
  /** Small staged contents, readable by hash as long as their caller holds them. */
  readonly #small = new Map<string, WeakRef<Staged>>();
  /** How many of them, at which those that are gone are looked for. */
  #crowd = CROWD;

  constructor(files: BlobFiles, ports: { connection: Connection; clock: Clock; refusal: () => unknown }) {
    this.#files = files;
    this.#connection = ports.connection;
    this.#clock = ports.clock;
    this.#refusal = ports.refusal;
  }

  async stage(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StagedBlob> {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
    if (content instanceof Uint8Array && content.byteLength <= BLOB_IN_ROW) return this.#lend(inMemory(content));
    const source = content instanceof Uint8Array ? [content] : content;
    const staged = await this.#files.receive(source, (hash) => this.#keep(hash));
    if (staged.content) return this.#lend(staged);
    this.#keep(staged.hash);
    return staged;
  }

  // A FinalizationRegistry would say when one is gone, but costs the garbage collector more than a look at all of them now and then.
  #lend(staged: Staged): Staged {
    if (this.#small.size >= this.#crowd) {
      for (const [hash, lent] of this.#small) if (!lent.deref()) this.#small.delete(hash);
      this.#crowd = Math.max(CROWD, 2 * this.#small.size);
    }
    this.#small.set(staged.hash, new WeakRef(staged));
    return staged;
  }

  async read(hash: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>> {
    if (range && !(range.start >= 0 && range.end >= range.start))
      throw bug(`range ${range.start} to ${range.end} of blob ${hash}`);
    const content = this.#small.get(hash)?.deref()?.content ?? blobContent(this.#connection, hash);
    if (content) return inPieces(verified(content, hash), range);
    const size = await this.#fileSize(hash);
    const end = Math.min(range?.end ?? size, size);
    const whole = (range?.start ?? 0) === 0 && end === size;
    return readFile(this.#files.path(hash), { start: range?.start ?? 0, end }, whole ? hash : undefined);
  }

  // What the rows promise and the files lack is damage; what nobody ever stored is merely missing.
  async #fileSize(hash: string): Promise<number> {
    const row = blobRow(this.#connection, hash);
    const found = await stat(this.#files.path(hash)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw row && row.refs > 0 ? corrupt(`blob ${hash}: its file is not there`) : platformFailure('BlobMissing', hash);
    });
    if (row && row.size !== found.size) throw corrupt(`blob ${hash}: its file has ${found.size} bytes instead of ${row.size}`);
    return found.size;
  }

  #keep(hash: string): void {
    this.stagedFiles.set(hash, this.#clock.now() + FREE_AFTER_MS);
  }
}

/** The caller may reuse its buffer: what is kept for later is copied. */
function inMemory(content: Uint8Array): Staged {
  return { hash: hashOf('sha256', content), size: content.byteLength, content: Buffer.from(content) };
}

function verified(content: Uint8Array, hash: string): Uint8Array {
  if (hashOf('sha256', content) !== hash) throw corrupt(`blob ${hash}`);
  return content;
}

async function* inPieces(content: Uint8Array, range: { start: number; end: number } | undefined): AsyncGenerator<Uint8Array> {
  const wanted = content.subarray(range?.start ?? 0, range?.end ?? content.byteLength);
  for (let at = 0; at < wanted.byteLength; at += BLOB_IN_ROW) yield wanted.subarray(at, at + BLOB_IN_ROW);
}

/** Reads piece by piece; given the hash, the last piece comes only after the whole has proved right. */
async function* readFile(
  file: string,
  range: { start: number; end: number },
  hash: string | undefined,
): AsyncGenerator<Uint8Array> {
  const sum = hash === undefined ? undefined : createHash('sha256');
  const handle = await open(file, 'r');
  try {
    for (let at = range.start; at < range.end; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(CHUNK, range.end - at)), 0, null, at);
      if (bytesRead === 0) throw corrupt('a blob file became shorter while it was read');
      const piece = buffer.subarray(0, bytesRead);
      at += bytesRead;
      sum?.update(piece);
      if (sum && at === range.end && sum.digest('hex') !== hash) throw corrupt(`blob ${hash}`);
      yield piece;
    }
  } finally {
    await handle.close();
  }
}
