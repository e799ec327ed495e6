import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { type Ids, platformFailure, type StagedBlob } from '../kernel/index.ts';
import { isNoRoom } from './connection.ts';

/** Content up to this size is kept in the database row. */
export const BLOB_IN_ROW = 64 * 1024;

/** A staged content; small ones are carried along until a transaction puts them into a row. */
export interface Staged extends StagedBlob {
  readonly content?: Buffer;
}

/** The files beside the database: `blobs/ab/ab12…`, written in `blobs/incoming` and renamed when whole and synced. */
export class BlobFiles {
  readonly directory: string;
  readonly #incoming: string;
  readonly #ids: Ids;

  constructor(directory: string, ids: Ids) {
    this.directory = path.join(directory, 'blobs');
    this.#incoming = path.join(this.directory, 'incoming');
    this.#ids = ids;
  }

  /** Makes all directories at once (so that staging never has to sync a parent) and empties incoming. */
  prepare(): void {
    const fresh = !fs.existsSync(this.#incoming);
    fs.mkdirSync(this.#incoming, { recursive: true });
    for (const name of fs.readdirSync(this.#incoming)) fs.unlinkSync(path.join(this.#incoming, name));
    if (!fresh) return;
    for (let i = 0; i < 256; i++) fs.mkdirSync(path.join(this.directory, i.toString(16).padStart(2, '0')), { recursive: true });
    syncDirectory(this.directory);
    syncDirectory(path.dirname(this.directory));
  }

  path(hash: string): string {
    return path.join(this.directory, hash.slice(0, 2), hash);
  }

  exists(hash: string): boolean {
    return fs.existsSync(this.path(hash));
  }

  /** Receives content; before the file gets its final name, naming is called with the hash. Rejects with StoreFull. */
  async receive(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, naming: (hash: string) => void): Promise<Staged> {
    const hash = createHash('sha256');
    const held: Uint8Array[] = [];
    let size = 0;
    let file: { handle: FileHandle; path: string } | undefined;
    try {
      for await (const chunk of content) {
        hash.update(chunk);
        size += chunk.byteLength;
        // The caller may reuse its buffer: what is kept for later is copied.
        if (size <= BLOB_IN_ROW) held.push(Buffer.from(chunk));
        else {
          file ??= await this.#begin(held.splice(0));
          await writeAll(file.handle, chunk);
        }
      }
      const name = hash.digest('hex');
      if (!file) return { hash: name, size, content: Buffer.concat(held) };
      await file.handle.sync();
      await file.handle.close();
      naming(name);
      await rename(file.path, this.path(name));
      await syncDirectoryLater(path.dirname(this.path(name)));
      return { hash: name, size };
    } catch (error) {
      if (file) await discard(file);
      throw isNoRoom(error) ? platformFailure('StoreFull', (error as Error).message, { cause: error }) : error;
    }
  }

  remove(hash: string): void {
    fs.rmSync(this.path(hash), { force: true });
  }

  /** The hashes of all files, one fan-out directory at a time. */
  async *list(): AsyncGenerator<string[]> {
    for (const directory of await readdir(this.directory)) {
      if (directory.length === 2)
        yield (await readdir(path.join(this.directory, directory))).filter((name) => /^[0-9a-f]{64}$/.test(name));
    }
  }

  async #begin(held: readonly Uint8Array[]): Promise<{ handle: FileHandle; path: string }> {
    const file = path.join(this.#incoming, this.#ids.uuid());
    const handle = await open(file, 'wx', 0o600);
    try {
      for (const chunk of held) await writeAll(handle, chunk);
    } catch (error) {
      await discard({ handle, path: file });
      throw error;
    }
    return { handle, path: file };
  }
}

/** Makes the entries of a directory durable. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

async function syncDirectoryLater(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) done += (await handle.write(chunk, done, chunk.byteLength - done)).bytesWritten;
}

// Best effort: incoming is emptied at the next start anyway, and the caller is told the first error.
async function discard(file: { handle: FileHandle; path: string }): Promise<void> {
  await file.handle.close().catch(() => {});
  await unlink(file.path).catch(() => {});
}
