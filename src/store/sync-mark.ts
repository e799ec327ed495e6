import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { isNoRoom } from './connection.ts';

const SLOT = 32;

/**
 * The number of the last synced commit, beside the database. Written after each sync (never before: it may lag, it must not lead), in turn
 * into two slots, so that a torn write leaves the one before. A process that dies leaves it exact; a machine that dies, a little behind.
 */
export class SyncMark {
  readonly #fd: number;
  readonly #slot = Buffer.alloc(SLOT, 32);

  constructor(file: string) {
    this.#fd = fs.openSync(file, fs.existsSync(file) ? 'r+' : 'w+', 0o600);
    if (fs.fstatSync(this.#fd).size < 2 * SLOT) fs.writeSync(this.#fd, Buffer.alloc(2 * SLOT, 32), 0, 2 * SLOT, 0);
  }

  write(commit: number): void {
    this.#slot.fill(32).write(`${commit} ${crc32(String(commit))}\n`);
    try {
      fs.writeSync(this.#fd, this.#slot, 0, SLOT, (commit % 2) * SLOT);
    } catch (error) {
      if (!isNoRoom(error)) throw error; // It lags until the next one.
    }
  }

  close(): void {
    fs.fdatasyncSync(this.#fd);
    fs.closeSync(this.#fd);
  }
}

/** The highest commit noted in the file; 0 if there is none. */
export function readMark(file: string): number {
  let text: string;
  try {
    text = fs.readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  const slots = [text.slice(0, SLOT), text.slice(SLOT, 2 * SLOT)].map((slot) => slot.trim().split(' '));
  return Math.max(
    0,
    ...slots.filter(([commit, sum]) => commit && crc32(commit) === Number(sum)).map(([commit]) => Number(commit)),
  );
}
